package org.postroom.core.mime;

import java.text.Normalizer;

/**
 * Looks for a {@link Needle} in text that comes piece by piece, wherever it is cut. Memory is
 * bounded. One thread at a time; one matcher for one text.
 */
public final class TextMatcher implements TextSink {
  /** How much is decomposed at once; pieces are cut before a character that is no mark. */
  private static final int RUN = 1024;

  private static final int MAX_RUN = 2 * RUN;

  private final Needle needle;
  private final String wanted;
  private final StringBuilder run = new StringBuilder();

  /** How much of the needle stands at the end of what was seen. */
  private int length;

  /** Whether the needle ended with the last character; a diacritic now makes it another text. */
  private boolean ended;

  private boolean found;

  public TextMatcher(Needle needle) {
    this.needle = needle;
    this.wanted = needle.folded();
    this.found = needle.isEmpty();
  }

  /** Whether it was found already: the rest need not be shown. */
  public boolean found() {
    return found;
  }

  @Override
  public void text(char[] chars, int off, int len) {
    if (found || needle.isImpossible()) {
      return;
    }
    if (needle.isAscii()) {
      for (int i = off; i < off + len && !found; i++) {
        char c = chars[i];
        step(c, c >= 'a' && c <= 'z' ? (char) (c - 32) : c);
      }
      return;
    }
    for (int i = off; i < off + len && !found; i++) {
      char c = chars[i];
      if (run.length() >= RUN && mayCut(c)) {
        fold();
      }
      run.append(c);
    }
  }

  /** There is no more text; says whether the needle was in it. */
  public boolean finish() {
    if (!found && run.length() > 0) {
      fold();
    }
    found |= ended;
    return found;
  }

  /** Never inside a surrogate pair; before a mark only when there is no end of them. */
  private boolean mayCut(char next) {
    if (Character.isSurrogate(next)) {
      return Character.isHighSurrogate(next) && run.length() >= MAX_RUN;
    }
    return run.length() >= MAX_RUN || !isMark(next);
  }

  private static boolean isMark(char c) {
    if (c < 0x0300) {
      return false;
    }
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.ENCLOSING_MARK;
  }

  private void fold() {
    String nfd =
        Needle.isAscii(run) ? run.toString() : Normalizer.normalize(run, Normalizer.Form.NFD);
    run.setLength(0);
    for (int i = 0; i < nfd.length() && !found; i++) {
      char c = nfd.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < nfd.length()
          && Character.isLowSurrogate(nfd.charAt(i + 1))) {
        int upper = Character.toUpperCase(nfd.codePointAt(i));
        if (Character.isSupplementaryCodePoint(upper)) {
          step(c, Character.highSurrogate(upper));
          step(nfd.charAt(++i), Character.lowSurrogate(upper));
          continue;
        }
      }
      step(c, Character.toUpperCase(c));
    }
  }

  /** Knuth, Morris and Pratt: its whole state is how much of the needle stands. */
  private void step(char raw, char c) {
    if (ended) {
      ended = false;
      if (!Needle.isDiacritic(raw)) {
        found = true;
        return;
      }
    }
    while (length > 0 && (length == wanted.length() || wanted.charAt(length) != c)) {
      length = needle.border(length);
    }
    if (wanted.charAt(length) == c) {
      length++;
    }
    ended = length == wanted.length();
  }
}
