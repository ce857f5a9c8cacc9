package org.postroom.core.address;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UCharacterDirection;
import com.ibm.icu.lang.UProperty;
import com.ibm.icu.text.Normalizer2;
import com.ibm.icu.util.VersionInfo;
import java.io.ByteArrayOutputStream;

/** Makes the file that {@link IdnaTable} reads, from the data of Unicode that ICU has. */
final class IdnaTableMaker {
  /** What Java 17 knows. Later Javas know more, and must not normalise a domain differently. */
  private static final VersionInfo NORMALISED_ALIKE = VersionInfo.UNICODE_13_0;

  private static final int VIRAMA_CLASS = 9;
  private static final int REPLACEMENT = 0xFFFD;

  private final Normalizer2 uts46 =
      Normalizer2.getInstance(null, "uts46", Normalizer2.Mode.COMPOSE);
  private final Normalizer2 nfc = Normalizer2.getNFCInstance();
  private final StringBuilder texts = new StringBuilder();

  byte[] make() {
    ByteArrayOutputStream ranges = new ByteArrayOutputStream();
    int count = 0;
    int last = 0;
    int before = -1;
    for (int point = 0x80; point <= Character.MAX_CODE_POINT; point++) {
      int value = value(point);
      if (value != before || count == 0) {
        number(ranges, point - last);
        number(ranges, value);
        last = point;
        before = value;
        count++;
      }
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    number(file, count);
    file.writeBytes(ranges.toByteArray());
    file.writeBytes(texts.toString().getBytes(UTF_8));
    return file.toByteArray();
  }

  private int value(int point) {
    if (isRefused(point)) {
      return IdnaTable.REFUSED;
    }
    String self = Character.toString(point);
    String mapped = uts46.normalize(self);
    if (mapped.indexOf(REPLACEMENT) >= 0) {
      return IdnaTable.REFUSED;
    }
    if (mapped.equals(self)) {
      return IdnaTable.KEPT | direction(point) | joining(point) | others(point);
    }
    if (mapped.codePointCount(0, mapped.length()) == 1) {
      return IdnaTable.MOVED | (mapped.codePointAt(0) - point) << IdnaTable.KIND_BITS;
    }
    int begin = texts.indexOf(mapped);
    if (begin < 0) {
      begin = texts.length();
      texts.append(mapped);
    }
    return IdnaTable.REPLACED
        | mapped.length() << IdnaTable.KIND_BITS
        | begin << (IdnaTable.KIND_BITS + IdnaTable.LENGTH_BITS);
  }

  private boolean isRefused(int point) {
    boolean young = UCharacter.getAge(point).compareTo(NORMALISED_ALIKE) > 0;
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE
        || !UCharacter.isDefined(point)
        || young && !nfc.isInert(point);
  }

  private static int direction(int point) {
    return switch (UCharacter.getDirection(point)) {
      case UCharacterDirection.LEFT_TO_RIGHT -> IdnaTable.LEFT_TO_RIGHT;
      case UCharacterDirection.RIGHT_TO_LEFT, UCharacterDirection.RIGHT_TO_LEFT_ARABIC ->
          IdnaTable.RIGHT_TO_LEFT;
      case UCharacterDirection.ARABIC_NUMBER -> IdnaTable.ARABIC_NUMBER;
      case UCharacterDirection.EUROPEAN_NUMBER -> IdnaTable.EUROPEAN_NUMBER;
      case UCharacterDirection.EUROPEAN_NUMBER_SEPARATOR,
          UCharacterDirection.EUROPEAN_NUMBER_TERMINATOR,
          UCharacterDirection.COMMON_NUMBER_SEPARATOR,
          UCharacterDirection.OTHER_NEUTRAL,
          UCharacterDirection.BOUNDARY_NEUTRAL ->
          IdnaTable.NEUTRAL;
      case UCharacterDirection.DIR_NON_SPACING_MARK -> IdnaTable.NONSPACING;
      default -> IdnaTable.NEVER_IN_BOTH;
    };
  }

  private static int joining(int point) {
    return switch (UCharacter.getIntPropertyValue(point, UProperty.JOINING_TYPE)) {
      case UCharacter.JoiningType.LEFT_JOINING -> IdnaTable.JOINS_BEHIND;
      case UCharacter.JoiningType.RIGHT_JOINING -> IdnaTable.JOINS_BEFORE;
      case UCharacter.JoiningType.DUAL_JOINING -> IdnaTable.JOINS_BEFORE | IdnaTable.JOINS_BEHIND;
      case UCharacter.JoiningType.TRANSPARENT -> IdnaTable.TRANSPARENT;
      default -> 0;
    };
  }

  private static int others(int point) {
    boolean combining =
        switch (UCharacter.getType(point)) {
          case Character.NON_SPACING_MARK,
              Character.COMBINING_SPACING_MARK,
              Character.ENCLOSING_MARK ->
              true;
          default -> false;
        };
    return (combining ? IdnaTable.COMBINING : 0)
        | (UCharacter.getCombiningClass(point) == VIRAMA_CLASS ? IdnaTable.VIRAMA : 0);
  }

  private static void number(ByteArrayOutputStream out, int number) {
    int rest = number;
    while (rest >>> 7 != 0) {
      out.write(rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }
}
