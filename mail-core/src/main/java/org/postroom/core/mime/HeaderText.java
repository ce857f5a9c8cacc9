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
