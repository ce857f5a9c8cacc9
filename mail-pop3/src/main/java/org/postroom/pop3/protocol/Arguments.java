package org.postroom.pop3.protocol;

/**
 * What stands behind a command's keyword, as the commands read it. Several spaces between arguments
 * are tolerated.
 */
public final class Arguments {
  private static final int MAX_NUMBER = 0x7FFF_FFFF;

  private final String text;
  private int at;

  public Arguments(String text) {
    this.text = text;
  }

  /** Whether nothing (more) stands there but spaces. */
  public boolean isAtEnd() {
    skipSpaces();
    return at >= text.length();
  }

  /** The next word. */
  public String word(String what) {
    skipSpaces();
    int from = at;
    while (at < text.length() && text.charAt(at) != ' ') {
      at++;
    }
    if (at == from) {
      throw new BadCommand("Missing " + what + ".");
    }
    return text.substring(from, at);
  }

  /** Everything up to the end of the line, all spaces but the keyword's included. */
  public String rest(String what) {
    if (at >= text.length()) {
      throw new BadCommand("Missing " + what + ".");
    }
    String rest = text.substring(at);
    at = text.length();
    return rest;
  }

  /** A number without sign. */
  public int number(String what) {
    String word = word(what);
    long value = 0;
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c < '0' || c > '9') {
        throw new BadCommand("Invalid " + what + ".");
      }
      value = Math.min(value * 10 + (c - '0'), MAX_NUMBER + 1L);
    }
    if (value > MAX_NUMBER) {
      throw new BadCommand("The " + what + " is too large.");
    }
    return (int) value;
  }

  /** Nothing may follow. */
  public void end() {
    if (!isAtEnd()) {
      throw new BadCommand("Too many arguments.");
    }
  }

  private void skipSpaces() {
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
  }
}
