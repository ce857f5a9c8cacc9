package org.postroom.smtp.protocol;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.ReversePath;

/**
 * Reads one command line: the grammar of RFC 5321, 4.1.2, as primitives for the commands. What does
 * not fit is refused with {@link BadCommand} and nothing else.
 */
public final class SmtpReader {
  private static final int MAX_LOCAL_PART = 256;
  private static final int MAX_DOMAIN = 255;
  private static final int MAX_LABEL = 63;
  private static final String ATEXT = "!#$%&'*+-/=?^_`{|}~";

  private final String line;
  private final boolean strict;
  private int at;

  /**
   * A reader at the beginning of {@code line}.
   *
   * @param line without its line end
   * @param strict whether paths need their angle brackets right behind the colon ({@code
   *     strict_rfc821_envelopes})
   */
  public SmtpReader(String line, boolean strict) {
    this.line = line;
    this.strict = strict;
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

  /** The path of MAIL: {@code FROM:<ada@example.org>}, {@code FROM:<>}. */
  public ReversePath reversePath() {
    try {
      boolean bracket = openPath("FROM:");
      if (bracket && peek() == '>') {
        at++;
        return ReversePath.NULL;
      }
      Address address = address();
      closePath(bracket);
      return ReversePath.of(address);
    } catch (NotAPath e) {
      throw new BadCommand(501, "5.1.7", "Bad sender address syntax");
    }
  }

  /**
   * The path of RCPT: {@code TO:<ada@example.org>}.
   *
   * @param own what {@code <postmaster>}, the one address without a domain, belongs to
   */
  public Address forwardPath(Domain own) {
    try {
      boolean bracket = openPath("TO:");
      if (line.regionMatches(true, at, "postmaster", 0, 10) && isPathEnd(at + 10, bracket)) {
        String asWritten = line.substring(at, at + 10);
        at += 10;
        closePath(bracket);
        return Address.of(asWritten, own);
      }
      Address address = address();
      closePath(bracket);
      return address;
    } catch (NotAPath e) {
      throw new BadCommand(501, "5.1.3", "Bad recipient address syntax");
    }
  }

  /** An address that stands alone, with or without brackets: what VRFY asks for. */
  public Address bareAddress(Domain own) {
    spaces();
    try {
      boolean bracket = peek() == '<';
      if (bracket) {
        at++;
      }
      int start = at;
      if (line.indexOf('@', start) < 0) {
        String local = localPart();
        closePath(bracket);
        return Address.of(local, own);
      }
      Address address = address();
      closePath(bracket);
      return address;
    } catch (NotAPath e) {
      throw new BadCommand(501, "5.1.3", "Bad recipient address syntax");
    }
  }

  /**
   * The ESMTP parameters behind a path, keywords in upper case, in their order.
   *
   * @throws BadCommand 501 5.5.4 when one is malformed or stands twice
   */
  public Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    while (at < line.length()) {
      if (line.charAt(at) != ' ') {
        throw badParameter();
      }
      spaces();
      if (at == line.length()) {
        break;
      }
      int start = at;
      while (at < line.length() && isKeyword(line.charAt(at))) {
        at++;
      }
      String keyword = line.substring(start, at).toUpperCase(Locale.ROOT);
      String value = "";
      if (peek() == '=') {
        at++;
        value = value();
      }
      if (keyword.isEmpty()
          || keyword.charAt(0) == '-'
          || (peek() != ' ' && at < line.length())
          || parameters.put(keyword, value) != null) {
        throw badParameter();
      }
    }
    return parameters;
  }

  private String value() {
    int start = at;
    // RFC 5321, 4.1.2: any character but "=", SP and controls; RFC 6531 adds those beyond ASCII.
    while (at < line.length()
        && line.charAt(at) > ' '
        && line.charAt(at) != '='
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
    if (!line.regionMatches(true, at, keyword, 0, keyword.length())) {
      throw syntax(keyword.equals("TO:") ? "RCPT TO:<address>" : "MAIL FROM:<address>");
    }
    at += keyword.length();
    if (!strict) {
      spaces();
    }
    if (peek() == '<') {
      at++;
      return true;
    }
    if (strict || at == line.length()) {
      throw new NotAPath();
    }
    return false;
  }

  private void closePath(boolean bracket) throws NotAPath {
    if (bracket) {
      expect('>');
    }
    if (at < line.length() && line.charAt(at) != ' ') {
      throw new NotAPath();
    }
  }

  private boolean isPathEnd(int index, boolean bracket) {
    if (bracket) {
      return index < line.length() && line.charAt(index) == '>';
    }
    return index == line.length() || line.charAt(index) == ' ';
  }

  private Address address() throws NotAPath {
    if (peek() == '@') {
      sourceRoute();
    }
    String local = localPart();
    expect('@');
    try {
      return Address.of(local, domain());
    } catch (IllegalArgumentException e) {
      throw new NotAPath();
    }
  }

  /** RFC 5321, 4.1.1.3 and appendix C: accepted, and ignored. */
  private void sourceRoute() throws NotAPath {
    expect('@');
    domain();
    while (peek() == ',') {
      at++;
      expect('@');
      domain();
    }
    expect(':');
  }

  private String localPart() throws NotAPath {
    String local = peek() == '"' ? quotedString() : dotString();
    if (local.isEmpty() || local.length() > MAX_LOCAL_PART) {
      throw new NotAPath();
    }
    return local;
  }

  private String dotString() throws NotAPath {
    int start = at;
    while (at < line.length() && (isAtext(line.charAt(at)) || isInnerDot(start))) {
      at++;
    }
    if (start == at || line.charAt(at - 1) == '.') {
      throw new NotAPath();
    }
    return line.substring(start, at);
  }

  private boolean isInnerDot(int start) {
    return line.charAt(at) == '.' && at > start && line.charAt(at - 1) != '.';
  }

  private String quotedString() throws NotAPath {
    StringBuilder text = new StringBuilder();
    at++;
    while (peek() != '"') {
      if (peek() == '\\') {
        at++;
      }
      char c = peek();
      if (c < ' ' || c == 0x7F || c == '\uFFFD') {
        throw new NotAPath();
      }
      text.append(c);
      at++;
    }
    at++;
    return text.toString();
  }

  private Domain domain() throws NotAPath {
    if (peek() == '[') {
      return addressLiteral();
    }
    int start = at;
    int label = at;
    while (at < line.length() && (isDomainLetter(line.charAt(at)) || line.charAt(at) == '.')) {
      if (line.charAt(at) == '.') {
        checkLabel(label, at);
        label = at + 1;
      }
      at++;
    }
    // The root's dot is no part of the grammar; harmless, and other servers take it.
    boolean rooted = !strict && label == at && at > start;
    int end = rooted ? at - 1 : at;
    if (!rooted) {
      checkLabel(label, at);
    }
    if (end - start > MAX_DOMAIN) {
      throw new NotAPath();
    }
    return Domain.of(line.substring(start, end));
  }

  private void checkLabel(int from, int to) throws NotAPath {
    if (to == from
        || to - from > MAX_LABEL
        || line.charAt(from) == '-'
        || line.charAt(to - 1) == '-') {
      throw new NotAPath();
    }
  }

  private Domain addressLiteral() throws NotAPath {
    int close = line.indexOf(']', at);
    if (close < 0) {
      throw new NotAPath();
    }
    String inner = line.substring(at + 1, close);
    boolean tagged = inner.regionMatches(true, 0, "IPv6:", 0, 5);
    if (tagged ? !isIpv6(inner.substring(5)) : !isIpv4(inner)) {
      throw new NotAPath();
    }
    at = close + 1;
    return Domain.of("[" + inner + "]");
  }

  private static boolean isIpv4(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      return false;
    }
    for (String part : parts) {
      boolean digits =
          !part.isEmpty() && part.length() <= 3 && part.chars().allMatch(c -> c >= '0' && c <= '9');
      if (!digits || Integer.parseInt(part) > 255) {
        return false;
      }
    }
    return true;
  }

  private static boolean isIpv6(String text) {
    if (text.length() > 45
        || text.indexOf(':') < 0
        || !text.chars()
            .allMatch(c -> Character.digit(c, 16) >= 0 && c < 0x7F || c == ':' || c == '.')) {
      return false;
    }
    try {
      // With a colon in it this is read as a literal and never looked up.
      return InetAddress.getByName(text).getAddress().length > 0;
    } catch (UnknownHostException e) {
      return false;
    }
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

  /** RFC 6531, 3.3: characters beyond ASCII are letters; U+FFFD stands for what was no UTF-8. */
  private static boolean isBeyondAscii(char c) {
    return c >= 0xA0 && c != '\uFFFD';
  }

  private static boolean isAtext(char c) {
    return isAlphanumeric(c) || ATEXT.indexOf(c) >= 0 || isBeyondAscii(c);
  }

  // The underscore is no part of the grammar, but of names that exist.
  private static boolean isDomainLetter(char c) {
    return isAlphanumeric(c) || c == '-' || c == '_' || isBeyondAscii(c);
  }

  private static boolean isKeyword(char c) {
    return isAlphanumeric(c) || c == '-';
  }

  private static BadCommand syntax(String text) {
    return new BadCommand(501, "5.5.4", "Syntax: " + text);
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
