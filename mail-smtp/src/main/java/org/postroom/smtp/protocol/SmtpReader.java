package org.postroom.smtp.protocol;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.postroom.core.address.Domain;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.address.WrittenAddress;

/**
 * Reads one command line: the grammar of RFC 5321, 4.1.2, as primitives for the commands. What does
 * not fit is refused with {@link BadCommand} and nothing else.
 */
public final class SmtpReader {
  private final String line;
  private final PathSyntax syntax;
  private int at;

  /**
   * A reader at the beginning of {@code line}.
   *
   * @param line without its line end
   */
  public SmtpReader(String line, PathSyntax syntax) {
    this.line = line;
    this.syntax = syntax;
  }

  /** The first word, in upper case. */
  public String verb() {
    int start = at;
    while (at < line.length() && line.charAt(at) != ' ' && line.charAt(at) != '\t') {
      at++;
    }
    return line.substring(start, at).toUpperCase(Locale.ROOT);
  }

  /** What is left, without spaces around it. */
  public String rest() {
    String rest = line.substring(at).strip();
    at = line.length();
    return rest;
  }

  private int wordEnd(int start) {
    int end = line.indexOf(' ', start);
    return end < 0 ? line.length() : end;
  }

  /** Nothing but spaces may follow. */
  public void end() {
    if (!rest().isEmpty()) {
      throw syntax("too many arguments");
    }
  }

  /** One more word, at least one character. */
  public String word() {
    spaces();
    int start = at;
    while (at < line.length() && line.charAt(at) != ' ') {
      at++;
    }
    if (start == at) {
      throw syntax("an argument is missing");
    }
    return line.substring(start, at);
  }

  /** Whether nothing but spaces is left. */
  public boolean atEnd() {
    spaces();
    return at == line.length();
  }

  /** The path of MAIL: {@code FROM:<ada@example.org>}; empty for {@code FROM:<>}, nobody. */
  public Optional<WrittenAddress> reversePath() {
    try {
      boolean bracket = openPath("FROM:");
      Optional<WrittenAddress> address =
          bracket && peek() == '>' ? Optional.empty() : Optional.of(address(bracket));
      closePath(bracket);
      return address;
    } catch (NotAPath e) {
      throw new BadCommand(501, "5.1.7", "Bad sender address syntax");
    }
  }

  /** The path of RCPT: {@code TO:<ada@example.org>}. */
  public WrittenAddress forwardPath() {
    try {
      boolean bracket = openPath("TO:");
      WrittenAddress address = address(bracket);
      closePath(bracket);
      return address;
    } catch (NotAPath e) {
      throw badRecipient();
    }
  }

  /** An address that stands alone, with or without brackets: what VRFY asks for. */
  public WrittenAddress bareAddress() {
    spaces();
    try {
      boolean bracket = openBracket();
      WrittenAddress address = address(bracket);
      closePath(bracket);
      return address;
    } catch (NotAPath e) {
      throw badRecipient();
    }
  }

  /**
   * The ESMTP parameters behind a path, keywords in upper case, in their order.
   *
   * @throws BadCommand 501 5.5.4 when one has a malformed value or stands twice; 555 5.5.4 for what
   *     cannot be one
   */
  public Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    while (at < line.length()) {
      spaces();
      if (at == line.length()) {
        break;
      }
      int start = at;
      while (at < line.length() && isKeyword(line.charAt(at))) {
        at++;
      }
      String keyword = line.substring(start, at).toUpperCase(Locale.ROOT);
      if (keyword.isEmpty()
          || keyword.charAt(0) == '-'
          || peek() != '=' && peek() != ' ' && at < line.length()) {
        throw Parameters.unsupported(line.substring(start, wordEnd(start)));
      }
      String value = "";
      if (peek() == '=') {
        at++;
        value = value(keyword.equals(Verp.KEYWORD));
      }
      if (peek() != ' ' && at < line.length() || parameters.put(keyword, value) != null) {
        throw badParameter();
      }
    }
    return parameters;
  }

  private String value(boolean mayHaveEquals) {
    int start = at;
    // RFC 5321, 4.1.2: any character but "=", SP and controls; RFC 6531 adds those beyond ASCII.
    // Deviation: XVERP, which is Postfix's, has "=" as a rule.
    while (at < line.length()
        && line.charAt(at) > ' '
        && (mayHaveEquals || line.charAt(at) != '=')
        && line.charAt(at) != 0x7F) {
      at++;
    }
    if (start == at) {
      throw badParameter();
    }
    return line.substring(start, at);
  }

  private boolean openPath(String keyword) throws NotAPath {
    spaces();
    if (!line.regionMatches(true, at, keyword, 0, keyword.length())
        || line.substring(at + keyword.length()).isBlank()) {
      throw syntax(keyword.equals("TO:") ? "RCPT TO:<address>" : "MAIL FROM:<address>");
    }
    at += keyword.length();
    spaces(); // many clients put one there, and nobody is misled
    if (openBracket()) {
      return true;
    }
    if (syntax.strict()) {
      throw new NotAPath();
    }
    return false;
  }

  private boolean openBracket() {
    boolean bracket = peek() == '<';
    at += bracket ? 1 : 0;
    return bracket;
  }

  private void closePath(boolean bracket) throws NotAPath {
    if (bracket) {
      expect('>');
    }
    if (at < line.length() && line.charAt(at) != ' ') {
      throw new NotAPath();
    }
  }

  private WrittenAddress address(boolean bracket) throws NotAPath {
    if (peek() == '@') {
      sourceRoute();
    }
    int start = at;
    if (peek() == '"') {
      quotedString();
    }
    while (at < line.length() && peek() != ' ' && !(bracket && peek() == '>')) {
      at++;
    }
    try {
      WrittenAddress address = WrittenAddress.parse(line.substring(start, at));
      String local = address.localPart();
      if (local.isEmpty() || local.startsWith("-") && !syntax.minUser()) {
        throw new NotAPath();
      }
      return address;
    } catch (MalformedAddress e) {
      throw new NotAPath();
    }
  }

  /** RFC 5321, 4.1.1.3 and appendix C: accepted, and ignored. */
  private void sourceRoute() throws NotAPath {
    do {
      at += peek() == ',' ? 1 : 0;
      expect('@');
      int start = at;
      boolean literal = peek() == '[';
      while (at < line.length() && (literal || peek() != ',' && peek() != ':')) {
        literal &= peek() != ']'; // colons in it are its own
        at++;
      }
      if (Domain.parse(line.substring(start, at)).isEmpty()) {
        throw new NotAPath();
      }
    } while (peek() == ',');
    expect(':');
  }

  /** Passes over it: a sign, a bracket or a blank in it is none. */
  private void quotedString() throws NotAPath {
    at++;
    while (peek() != '"') {
      at += peek() == '\\' ? 2 : 1;
      if (at >= line.length()) {
        throw new NotAPath();
      }
    }
    at++;
  }

  private char peek() {
    return at < line.length() ? line.charAt(at) : 0;
  }

  private void expect(char c) throws NotAPath {
    if (peek() != c) {
      throw new NotAPath();
    }
    at++;
  }

  private void spaces() {
    while (at < line.length() && (line.charAt(at) == ' ' || line.charAt(at) == '\t')) {
      at++;
    }
  }

  private static boolean isAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private static boolean isKeyword(char c) {
    return isAlphanumeric(c) || c == '-';
  }

  private static BadCommand syntax(String text) {
    return new BadCommand(501, "5.5.4", "Syntax: " + text);
  }

  private static BadCommand badRecipient() {
    return new BadCommand(501, "5.1.3", "Bad recipient address syntax");
  }

  private static BadCommand badParameter() {
    return new BadCommand(501, "5.5.4", "Bad or repeated ESMTP parameter");
  }

  /** Inside this class only: which reply it becomes depends on whose path it was. */
  private static final class NotAPath extends Exception {
    private static final long serialVersionUID = 1L;

    NotAPath() {
      super(null, null, false, false);
    }
  }
}
