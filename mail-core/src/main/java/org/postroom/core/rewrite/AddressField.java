package org.postroom.core.rewrite;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.address.WrittenAddress;

/**
 * Finds the addresses in the body of a header field (RFC 5322, 3.4 and 4.4), be it a list, with
 * groups, with comments and phrases, folded: where they stand, and what they are. Nothing is found
 * in a field that is malformed.
 */
final class AddressField {

  /**
   * An address.
   *
   * @param start its first octet
   * @param end behind its last one
   */
  record Place(int start, int end, WrittenAddress address) {}

  private final byte[] octets;
  private final int end;
  private final int mostTokens;
  private final List<Place> places = new ArrayList<>(2);
  private int at;
  private int tokens;
  private boolean withinGroup;

  /** Whether all that should be addresses are. */
  private boolean isClean = true;

  // The mailbox that is being read: its words and signs, unless it has had one in angle brackets.
  private final StringBuilder text = new StringBuilder();
  private int textStart;
  private int textEnd;
  private boolean afterWord;
  private boolean isPhrase;
  private boolean hadAngle;

  private AddressField(byte[] octets, int from, int end, int mostTokens) {
    this.octets = octets;
    this.at = from;
    this.end = end;
    this.mostTokens = mostTokens;
  }

  /** Thrown within: the field is malformed. */
  private static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed() {
      super(null, null, false, false);
    }
  }

  /**
   * The addresses in {@code octets}.
   *
   * @param from behind the colon
   * @param end behind the field
   * @param mostTokens in a field with more words and signs nothing is found
   */
  static List<Place> places(byte[] octets, int from, int end, int mostTokens) {
    AddressField field = new AddressField(octets, from, end, mostTokens);
    try {
      field.read();
      return field.places;
    } catch (Malformed e) {
      return List.of();
    }
  }

  /** All that stand in a list, however long; empty where it is malformed or names what is none. */
  static Optional<List<WrittenAddress>> addresses(byte[] list) {
    AddressField field = new AddressField(list, 0, list.length, Integer.MAX_VALUE);
    try {
      field.read();
      return field.isClean
          ? Optional.of(field.places.stream().map(Place::address).toList())
          : Optional.empty();
    } catch (Malformed e) {
      return Optional.empty();
    }
  }

  private void read() throws Malformed {
    while (next()) {
      switch (octets[at]) {
        case ',' -> {
          endMailbox();
          at++;
        }
        case ':' -> {
          if (withinGroup || hadAngle) {
            throw new Malformed();
          }
          withinGroup = true;
          clear();
          at++;
        }
        case ';' -> {
          if (!withinGroup) {
            throw new Malformed();
          }
          endMailbox();
          withinGroup = false;
          at++;
        }
        case '<' -> angle();
        default -> {
          if (hadAngle) {
            throw new Malformed();
          }
          token();
        }
      }
    }
    if (withinGroup) {
      throw new Malformed();
    }
    endMailbox();
  }

  /** {@code <ada@example.org>}, perhaps with a route of old before the address. */
  private void angle() throws Malformed {
    if (hadAngle) {
      throw new Malformed();
    }
    clear();
    at++;
    if (!next()) {
      throw new Malformed();
    }
    if (octets[at] == '@') {
      while (octets[at] != ':') {
        if (octets[at] == ',') {
          at++;
        } else {
          token();
        }
        if (!next()) {
          throw new Malformed();
        }
      }
      at++;
      clear();
    }
    while (next() && octets[at] != '>') {
      token();
    }
    if (at >= end) {
      throw new Malformed();
    }
    endAddress();
    at++;
    clear();
    hadAngle = true;
  }

  private void endMailbox() {
    if (!hadAngle) {
      endAddress();
    }
    clear();
    hadAngle = false;
  }

  private void endAddress() {
    if (text.length() > 0 && !isPhrase) {
      try {
        places.add(new Place(textStart, textEnd, WrittenAddress.parse(text.toString())));
      } catch (MalformedAddress e) {
        isClean = false; // it stays as it is
      }
    } else {
      isClean &= text.isEmpty();
    }
  }

  private void clear() {
    text.setLength(0);
    afterWord = false;
    isPhrase = false;
  }

  /** A word, a quoted string, a literal, a dot or an at sign. */
  private void token() throws Malformed {
    int start = at;
    byte c = octets[at];
    boolean word = c != '.' && c != '@';
    if (c == '"') {
      enclosed('"');
    } else if (c == '[') {
      enclosed(']');
    } else if (word) {
      while (at < end && isOfWord(octets[at])) {
        at++;
      }
      if (at == start) {
        throw new Malformed();
      }
    } else {
      at++;
    }
    isPhrase |= word && afterWord;
    afterWord = word;
    if (text.isEmpty()) {
      textStart = start;
    }
    keep(start);
    textEnd = at;
  }

  private void keep(int start) {
    int i = start;
    while (i < at && octets[i] >= 0) {
      text.append((char) octets[i++]);
    }
    if (i < at) {
      text.append(new String(octets, i, at - i, UTF_8));
    }
  }

  private void enclosed(char close) throws Malformed {
    at++;
    while (at < end && octets[at] != close) {
      at += octets[at] == '\\' ? 2 : 1;
    }
    if (at >= end) {
      throw new Malformed();
    }
    at++;
  }

  private static boolean isOfWord(byte c) {
    return c < 0 || c > ' ' && c != 0x7F && "()<>[]:;@\\,.\"".indexOf(c) < 0;
  }

  /** Goes to the next sign that is neither white space nor in a comment; false at the end. */
  private boolean next() throws Malformed {
    int depth = 0;
    while (at < end) {
      byte c = octets[at];
      if (c == '(') {
        depth++;
      } else if (depth > 0 && c == ')') {
        depth--;
      } else if (depth > 0 && c == '\\') {
        at++;
      } else if (depth == 0 && c != ' ' && c != '\t' && c != '\r' && c != '\n') {
        if (++tokens > mostTokens) {
          throw new Malformed();
        }
        return true;
      }
      at++;
    }
    if (depth > 0) {
      throw new Malformed();
    }
    return false;
  }
}
