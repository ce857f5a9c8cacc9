package org.postroom.core.mime;

/** Unfolding (RFC 5322, 2.2.3). NUL becomes 0x80, as everywhere in what we show of a header. */
final class HeaderText {
  private HeaderText() {}

  /** Takes line ends out and trims; blanks inside stay as they are. */
  static void unfold(byte[] b, int from, int to, OctetBuffer out) {
    int e = to;
    while (e > from && Ascii.space(b[e - 1])) {
      e--;
    }
    int i = from;
    while (i < e && Ascii.space(b[i])) {
      i++;
    }
    for (; i < e; i++) {
      int c = b[i];
      if (c == '\n' || c == '\r' && b[i + 1] == '\n') {
        continue; // i + 1 is in range: the last octet is no space
      }
      out.add(c == 0 ? 0x80 : c);
    }
  }

  /**
   * Where to end a text that is to have at most {@code most} octets and has more: between two words
   * when a blank is near, since an encoded word (RFC 2047, 2) has no more than 75 octets and none
   * inside; else between two characters of UTF-8.
   */
  static int wholeWords(byte[] b, int most) {
    for (int end = most; end > most - 80; end--) {
      if (Ascii.blank(b[end])) {
        return end;
      }
    }
    int end = most;
    while (end > most - 3 && (b[end] & 0xC0) == 0x80) {
      end--;
    }
    return end;
  }

  /** As {@link #unfold}, and every run of blanks becomes one space. */
  static void collapse(byte[] b, int from, int to, OctetBuffer out) {
    boolean gap = false;
    boolean any = false;
    for (int i = from; i < to; i++) {
      int c = b[i];
      if (Ascii.blank(c) || c == '\n' || c == '\r' && i + 1 < to && b[i + 1] == '\n') {
        gap = true;
        continue;
      }
      if (c == '\r' && i + 1 == to) {
        continue;
      }
      if (gap && any) {
        out.add(' ');
      }
      gap = false;
      any = true;
      out.add(c == 0 ? 0x80 : c);
    }
  }
}
