package org.postroom.core.address;

import static org.postroom.core.address.IdnaTable.ARABIC_NUMBER;
import static org.postroom.core.address.IdnaTable.COMBINING;
import static org.postroom.core.address.IdnaTable.DIRECTION;
import static org.postroom.core.address.IdnaTable.EUROPEAN_NUMBER;
import static org.postroom.core.address.IdnaTable.JOINS_BEFORE;
import static org.postroom.core.address.IdnaTable.JOINS_BEHIND;
import static org.postroom.core.address.IdnaTable.KEPT;
import static org.postroom.core.address.IdnaTable.KIND;
import static org.postroom.core.address.IdnaTable.LEFT_TO_RIGHT;
import static org.postroom.core.address.IdnaTable.NEVER_IN_BOTH;
import static org.postroom.core.address.IdnaTable.NONSPACING;
import static org.postroom.core.address.IdnaTable.RIGHT_TO_LEFT;
import static org.postroom.core.address.IdnaTable.TRANSPARENT;
import static org.postroom.core.address.IdnaTable.VIRAMA;

import java.text.Normalizer;
import java.util.Locale;

/**
 * Internationalised domain names (IDNA2008, RFC 5890 to 5893), as UTS 46 has them processed: not
 * transitional, with the rules about joiners and about right-to-left labels. Only labels that hold
 * something beyond ASCII are looked at; what is written in ASCII is taken as it is, as Postfix
 * does.
 */
final class Idna {
  private static final String ACE_PREFIX = "xn--";

  /** Each character takes one sign at least of the 63 that a label has (RFC 1035, 2.3.4). */
  private static final int LONGEST_LABEL = 59;

  private static final int LONGEST_NAME = 1_000;
  private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
  private static final int ZERO_WIDTH_JOINER = 0x200D;

  private Idna() {}

  /**
   * A name in lower case, its labels as the DNS has them.
   *
   * @throws MalformedAddress for text beyond ASCII that can be no domain
   */
  static String toAscii(String name) {
    if (isAscii(name)) {
      return name.toLowerCase(Locale.ROOT);
    }
    if (name.length() > LONGEST_NAME) {
      throw new MalformedAddress("a domain is too long");
    }
    StringBuilder ascii = new StringBuilder();
    for (String label : mapped(name).split("\\.", -1)) {
      ascii.append(ascii.isEmpty() ? "" : ".").append(isAscii(label) ? label : toAceLabel(label));
    }
    return ascii.toString();
  }

  /** For people: labels in their own script, as far as {@link #toAscii} would give them back. */
  static String toUnicode(String name) {
    if (!name.contains(ACE_PREFIX)) {
      return name;
    }
    StringBuilder unicode = new StringBuilder();
    for (String label : name.split("\\.", -1)) {
      unicode.append(unicode.isEmpty() ? "" : ".").append(unicodeLabel(label));
    }
    return unicode.toString();
  }

  private static String unicodeLabel(String label) {
    if (!label.startsWith(ACE_PREFIX)) {
      return label;
    }
    try {
      String decoded = Punycode.decode(label.substring(ACE_PREFIX.length()));
      return !isAscii(decoded) && toAscii(decoded).equals(label) ? decoded : label;
    } catch (MalformedAddress e) {
      return label;
    }
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  /** UTS 46, 4: mapped and normalised. */
  private static String mapped(String name) {
    IdnaTable table = IdnaTable.get();
    StringBuilder mapped = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); ) {
      int point = name.codePointAt(i);
      if (point < 0x80) {
        mapped.append((char) (point >= 'A' && point <= 'Z' ? point | 0x20 : point));
      } else if (!table.map(point, mapped)) {
        throw new MalformedAddress("a character that may not stand in a domain");
      }
      i += Character.charCount(point);
    }
    return Normalizer.normalize(mapped, Normalizer.Form.NFC);
  }

  private static String toAceLabel(String label) {
    int[] points = label.codePoints().toArray();
    if (points.length > LONGEST_LABEL) {
      throw new MalformedAddress("a label of a domain is too long");
    }
    int[] traits = new int[points.length];
    for (int i = 0; i < points.length; i++) {
      traits[i] = points[i] < 0x80 ? asciiTraits(points[i]) : IdnaTable.get().value(points[i]);
    }
    if (!isLabel(label, points, traits)) {
      throw new MalformedAddress("not a label of a domain: " + label);
    }
    return ACE_PREFIX + Punycode.encode(label);
  }

  private static int asciiTraits(int point) {
    if (point >= '0' && point <= '9') {
      return KEPT | EUROPEAN_NUMBER;
    }
    return KEPT | (point >= 'a' && point <= 'z' ? LEFT_TO_RIGHT : IdnaTable.NEUTRAL);
  }

  /** UTS 46, 4.1. */
  private static boolean isLabel(String label, int[] points, int[] traits) {
    if (label.startsWith("--", 2)
        || label.startsWith("-")
        || label.endsWith("-")
        || (traits[0] & COMBINING) != 0) {
      return false;
    }
    for (int i = 0; i < points.length; i++) {
      if ((traits[i] & KIND) != KEPT
          || points[i] == ZERO_WIDTH_JOINER && !isBehindVirama(traits, i)
          || points[i] == ZERO_WIDTH_NON_JOINER
              && !isBehindVirama(traits, i)
              && !isBetweenJoined(traits, i)) {
        return false;
      }
    }
    return isReadOneWay(traits);
  }

  private static boolean isBehindVirama(int[] traits, int at) {
    return at > 0 && (traits[at - 1] & VIRAMA) != 0;
  }

  /** RFC 5892, A.1: where it breaks a joint of two letters that would be drawn as one. */
  private static boolean isBetweenJoined(int[] traits, int at) {
    int before = at - 1;
    while (before >= 0 && (traits[before] & TRANSPARENT) != 0) {
      before--;
    }
    int behind = at + 1;
    while (behind < traits.length && (traits[behind] & TRANSPARENT) != 0) {
      behind++;
    }
    return before >= 0
        && (traits[before] & JOINS_BEHIND) != 0
        && behind < traits.length
        && (traits[behind] & JOINS_BEFORE) != 0;
  }

  /**
   * RFC 5893, 2, for labels that have something right-to-left in them. Deviation: the others beside
   * them are not held to it, since in ASCII they would not be either.
   */
  private static boolean isReadOneWay(int[] traits) {
    int all = 0;
    for (int trait : traits) {
      all |= 1 << ((trait & DIRECTION) >> 2);
    }
    if (!has(all, RIGHT_TO_LEFT) && !has(all, ARABIC_NUMBER)) {
      return true;
    }
    int last = traits.length - 1;
    while (last > 0 && (traits[last] & DIRECTION) == NONSPACING) {
      last--;
    }
    int end = traits[last] & DIRECTION;
    return (traits[0] & DIRECTION) == RIGHT_TO_LEFT
        && (end == RIGHT_TO_LEFT || end == EUROPEAN_NUMBER || end == ARABIC_NUMBER)
        && !has(all, LEFT_TO_RIGHT)
        && !has(all, NEVER_IN_BOTH)
        && !(has(all, EUROPEAN_NUMBER) && has(all, ARABIC_NUMBER));
  }

  private static boolean has(int all, int direction) {
    return (all & 1 << (direction >> 2)) != 0;
  }
}
