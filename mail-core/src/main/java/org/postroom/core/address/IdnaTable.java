package org.postroom.core.address;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * What UTS 46 makes of each character beyond ASCII, and what the rules about labels have to know of
 * those that may stand in one. Made from Unicode's data by a test of this module, which also says
 * when it is stale; read when it is asked for first. Immutable.
 *
 * <p>The file: how many ranges; of each how far it begins behind the one before, and its value;
 * then the texts, in UTF-8. Numbers have seven bits to an octet. The lowest two bits of a value say
 * what it is: {@link #REFUSED}, {@link #KEPT} (with the bits of this class), {@link #MOVED} (each
 * character of the range becomes the one so far behind it) or {@link #REPLACED} (a text: its length
 * in six bits, and where it begins).
 */
final class IdnaTable {
  static final int REFUSED = 0;
  static final int KEPT = 1;
  static final int MOVED = 2;
  static final int REPLACED = 3;
  static final int KIND = 3;
  static final int KIND_BITS = 2;
  static final int LENGTH = 0x3F;
  static final int LENGTH_BITS = 6;

  // Of a character that is kept: its part in the rule about right-to-left labels (RFC 5893, 2) …
  static final int DIRECTION = 7 << 2;
  static final int LEFT_TO_RIGHT = 0;
  static final int RIGHT_TO_LEFT = 1 << 2;
  static final int ARABIC_NUMBER = 2 << 2;
  static final int EUROPEAN_NUMBER = 3 << 2;
  static final int NEUTRAL = 4 << 2;
  static final int NONSPACING = 5 << 2;
  static final int NEVER_IN_BOTH = 6 << 2;

  // … how it joins with its neighbours (RFC 5892, A.1) …
  static final int JOINS_BEFORE = 1 << 5;
  static final int JOINS_BEHIND = 1 << 6;
  static final int TRANSPARENT = 1 << 7;

  /** … whether it is a virama (RFC 5892, A.1 and A.2) … */
  static final int VIRAMA = 1 << 8;

  /** … and whether it belongs to the character before it (RFC 5891, 4.2.3.2). */
  static final int COMBINING = 1 << 9;

  private static final String FILE = "idna.table";

  private final int[] starts;
  private final int[] values;
  private final String texts;

  private IdnaTable(int[] starts, int[] values, String texts) {
    this.starts = starts;
    this.values = values;
    this.texts = texts;
  }

  /** The one that belongs to this class. */
  static IdnaTable get() {
    return Holder.TABLE;
  }

  private static final class Holder {
    static final IdnaTable TABLE = read();
  }

  /** The file's octets, as they are shipped. */
  static byte[] octets() {
    try (InputStream in = IdnaTable.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException("missing in the program: " + FILE);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + FILE, e);
    }
  }

  private static IdnaTable read() {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(octets()))) {
      int count = number(in);
      int[] starts = new int[count];
      int[] values = new int[count];
      int start = 0;
      for (int i = 0; i < count; i++) {
        start += number(in);
        starts[i] = start;
        values[i] = number(in);
      }
      return new IdnaTable(starts, values, new String(in.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cut off: " + FILE, e);
    }
  }

  private static int number(DataInputStream in) throws IOException {
    int number = 0;
    int octet;
    int shift = 0;
    do {
      octet = in.readUnsignedByte();
      number |= (octet & 0x7F) << shift;
      shift += 7;
    } while (octet >= 0x80);
    return number;
  }

  /** The value of a character beyond ASCII. */
  int value(int point) {
    int found = Arrays.binarySearch(starts, point);
    return values[found >= 0 ? found : -found - 2];
  }

  /**
   * Appends what the character becomes.
   *
   * @return false for one that may not stand in a domain
   */
  boolean map(int point, StringBuilder mapped) {
    int value = value(point);
    switch (value & KIND) {
      case KEPT -> mapped.appendCodePoint(point);
      case MOVED -> mapped.appendCodePoint(point + (value >> KIND_BITS));
      case REPLACED -> {
        int begin = value >>> (KIND_BITS + LENGTH_BITS);
        mapped.append(texts, begin, begin + (value >>> KIND_BITS & LENGTH));
      }
      default -> {
        return false;
      }
    }
    return true;
  }
}
