package org.postroom.core.report;

/** What we do with a name that somebody has written: nothing is ignored without a word. */
public enum ParamClass {
  /** Acted upon. */
  IMPLEMENTED('I'),
  /** Without meaning here by construction: nothing is said at a start. */
  SILENT('S'),
  /** Without effect here, though an administrator might expect one: a note. */
  NO_EFFECT('N'),
  /** Acted upon in part or differently: a warning at each start. */
  PARTIAL('W'),
  /**
   * Ignoring it would change who may send, where mail goes or who may read it: a value other than
   * the default refuses the start, unless the name is in {@code accept_unsupported_parameters}.
   */
  REFUSED('E'),
  /** Known to nobody, and probably mistyped: a warning with the nearest name. */
  UNKNOWN('U');

  private final char letter;

  ParamClass(char letter) {
    this.letter = letter;
  }

  /** As reports and tables call it. */
  public char letter() {
    return letter;
  }

  /** The one of that letter. */
  public static ParamClass of(String letter) {
    for (ParamClass one : values()) {
      if (letter.length() == 1 && letter.charAt(0) == one.letter) {
        return one;
      }
    }
    throw new IllegalArgumentException("no class: " + letter);
  }
}
