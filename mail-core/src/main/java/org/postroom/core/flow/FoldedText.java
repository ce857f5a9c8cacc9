package org.postroom.core.flow;

/** Text in lines that any mail program can show, with CRLF at each end. */
final class FoldedText {
  private static final int WIDE = 78;

  /** No line of a mail may be longer (RFC 5322, 2.1.1), even in octets that are three to a sign. */
  private static final int LONGEST = 300;

  private FoldedText() {}

  /**
   * Folds {@code text} where it has blanks, and words that no line may have.
   *
   * @param indent what further lines begin with
   */
  static String of(String text, String indent) {
    StringBuilder folded = new StringBuilder(text.length() + 16);
    int column = 0;
    for (String word : text.split(" ")) {
      if (column > indent.length() && column + 1 + word.length() > WIDE) {
        folded.append("\r\n").append(indent);
        column = indent.length();
      } else if (column > 0) {
        folded.append(' ');
        column++;
      }
      String rest = word;
      while (column + rest.length() > LONGEST) {
        int cut = LONGEST - column;
        cut -= Character.isHighSurrogate(rest.charAt(cut - 1)) ? 1 : 0;
        folded.append(rest, 0, cut).append("\r\n").append(indent);
        rest = rest.substring(cut);
        column = indent.length();
      }
      folded.append(rest);
      column += rest.length();
    }
    return folded.append("\r\n").toString();
  }
}
