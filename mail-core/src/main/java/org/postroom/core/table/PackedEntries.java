package org.postroom.core.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Keys and values in two arrays, because a hundred thousand of them as objects would take more than
 * a small heap can give: the texts one behind the other, and where each begins, found by its key's
 * hash (open addressing, at most two thirds full). Behind each stands the number of its line. Keys
 * are folded to lower case. Immutable.
 */
final class PackedEntries implements Lookup {

  private final String source;
  private final byte[] texts;
  private final int[] slots;
  private final int size;

  private PackedEntries(String source, byte[] texts, int[] slots, int size) {
    this.source = source;
    this.texts = texts;
    this.slots = slots;
    this.size = size;
  }

  @Override
  public Optional<Row> row(String key) {
    byte[] wanted = folded(key);
    int at = slots[slot(texts, slots, wanted)];
    if (at == 0) {
      return Optional.empty();
    }
    int value = at - 1 + width(wanted.length) + wanted.length;
    int length = number(texts, value);
    int text = value + width(length);
    return Optional.of(
        new Row(new String(texts, text, length, UTF_8), source, number(texts, text + length)));
  }

  @Override
  public int size() {
    return size;
  }

  /** What it takes of the heap. */
  long octets() {
    return texts.length + 4L * slots.length;
  }

  private static byte[] folded(String key) {
    return key.toLowerCase(Locale.ROOT).getBytes(UTF_8);
  }

  /** The slot that holds the key, or the free one where it belongs. */
  private static int slot(byte[] texts, int[] slots, byte[] key) {
    int mask = slots.length - 1;
    int slot = hash(key) & mask;
    while (slots[slot] != 0 && !isAt(texts, slots[slot] - 1, key)) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private static boolean isAt(byte[] texts, int at, byte[] key) {
    int length = number(texts, at);
    int start = at + width(length);
    return length == key.length && Arrays.equals(texts, start, start + length, key, 0, key.length);
  }

  private static int hash(byte[] key) {
    int hash = Arrays.hashCode(key);
    hash ^= hash >>> 16;
    hash *= 0x85EB_CA6B; // so that keys which differ in a number only do not lie side by side
    return hash ^ hash >>> 13;
  }

  private static int width(int number) {
    return number < 0x80 ? 1 : 4;
  }

  private static int number(byte[] from, int at) {
    return from[at] >= 0
        ? from[at]
        : (from[at] & 0x7F) << 24
            | (from[at + 1] & 0xFF) << 16
            | (from[at + 2] & 0xFF) << 8
            | from[at + 3] & 0xFF;
  }

  /** Takes entries, the first of each key. */
  static final class Builder implements Entries {
    private final String source;
    private byte[] texts;
    private int used;
    private int[] slots = new int[16];
    private int size;

    /**
     * @param source what stands before the numbers of lines
     * @param octets about how much text comes
     */
    Builder(String source, long octets) {
      this.source = source;
      texts = new byte[(int) Math.max(16, Math.min(octets, 1 << 30))];
    }

    @Override
    public boolean put(String key, String value, int line) {
      byte[] folded = folded(key);
      int slot = slot(texts, slots, folded);
      if (slots[slot] != 0) {
        return false;
      }
      slots[slot] = used + 1;
      append(folded);
      append(value.getBytes(UTF_8));
      room(width(line));
      append(line);
      size++;
      if (size * 3L > slots.length * 2L) {
        grow();
      }
      return true;
    }

    PackedEntries build() {
      return new PackedEntries(
          source, used == texts.length ? texts : Arrays.copyOf(texts, used), slots, size);
    }

    private void append(byte[] text) {
      room(width(text.length) + text.length);
      append(text.length);
      System.arraycopy(text, 0, texts, used, text.length);
      used += text.length;
    }

    private void room(int octets) {
      int need = used + octets;
      if (need > texts.length) {
        texts = Arrays.copyOf(texts, Math.max(need, texts.length + texts.length / 2));
      }
    }

    private void append(int number) {
      if (number < 0x80) {
        texts[used++] = (byte) number;
      } else {
        texts[used++] = (byte) (number >>> 24 | 0x80);
        texts[used++] = (byte) (number >>> 16);
        texts[used++] = (byte) (number >>> 8);
        texts[used++] = (byte) number;
      }
    }

    private void grow() {
      int[] larger = new int[slots.length * 2];
      for (int start : slots) {
        if (start != 0) {
          int length = number(texts, start - 1);
          int key = start - 1 + width(length);
          larger[slot(texts, larger, Arrays.copyOfRange(texts, key, key + length))] = start;
        }
      }
      slots = larger;
    }
  }
}
