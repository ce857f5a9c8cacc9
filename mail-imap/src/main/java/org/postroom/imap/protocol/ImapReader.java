package org.postroom.imap.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.Uid;
import org.postroom.core.wire.Line;

/**
 * Reads one command: a cursor over its line, with the grammar's primitives. Where a string literal
 * begins, it invites the client to send it (RFC 9051, 4.3) and goes on with the next line when both
 * have come; until then {@link CommandInput} has the command read again. Nothing is allocated
 * because a client announced it.
 *
 * <p>Throws {@link BadCommand} and nothing else for what a client may send; {@link #unwanted} then
 * says what is still to come of the command.
 */
public final class ImapReader {
  private static final int MAX_TAG = 128;
  private static final int MAX_WORD = 256;
  private static final int MAX_DIGITS = 18;
  private static final int TLS_HANDSHAKE = 0x16;
  private static final Set<String> HTTP_VERBS =
      Set.of("GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "PRI");

  private final @Nullable CommandInput in;
  private final @Nullable ImapWriter out;
  private final ReaderLimits limits;
  private final boolean utf8;
  private byte[] line;
  private int at;
  private int used;
  private int depth;
  private long skipped;
  private boolean cut;

  /**
   * Begins to read a command.
   *
   * @param utf8 whether names are UTF-8 and not modified UTF-7 (RFC 6855)
   */
  public ImapReader(CommandInput in, ImapWriter out, ReaderLimits limits, boolean utf8) {
    this.in = in;
    this.out = out;
    this.limits = limits;
    this.utf8 = utf8;
    this.line = new byte[0];
    Line first = in.line(limits.line());
    this.line = first.octets();
    this.used = line.length;
    this.cut = first.end() == Line.End.TOO_LONG;
  }

  /** Reads a text in which there are no literals. */
  ImapReader(String text) {
    this(text.getBytes(ISO_8859_1), false);
  }

  private ImapReader(byte[] line, boolean utf8) {
    this.in = null;
    this.out = null;
    this.limits = new ReaderLimits(1 << 20, 1 << 20, 50, 0);
    this.utf8 = utf8;
    this.line = line;
  }

  /** Reads a text in UTF-8 in which there are no literals, for who is no client. */
  public static ImapReader ofText(String text) {
    return new ImapReader(text.getBytes(UTF_8), true);
  }

  /** Whether names and quoted strings are UTF-8 (RFC 6855). */
  public boolean isUtf8() {
    return utf8;
  }

  /** So many octets the next line may have. */
  public int lineRoom() {
    return limits.line() - used;
  }

  /**
   * Goes on with the line behind a literal.
   *
   * @throws BadCommand the last one, when it is longer than {@link #lineRoom}
   */
  public void next(Line behind) {
    if (behind.end() == Line.End.TOO_LONG) {
      throw tooLong();
    }
    used += behind.octets().length;
    line = behind.octets();
    at = 0;
  }

  /**
   * Stops a command whose first line was longer than that.
   *
   * <p>Deviation: it ends the conversation, because nobody knows whether the line ended with a
   * literal's length, and a literal's octets must never be taken for commands.
   *
   * @param most octets; {@link Integer#MAX_VALUE} for what the limits say
   */
  public void mustNotExceed(int most) {
    if (cut || line.length > most) {
      throw tooLong();
    }
  }

  private BadCommand tooLong() {
    at = 0;
    line = new byte[0];
    return BadCommand.last("Command line too long");
  }

  // --- words and punctuation ---

  /** Whether a peer speaks that expects something else than IMAP: TLS, or a web server. */
  public boolean isForeign() {
    if (line.length > 0 && line[0] == TLS_HANDSHAKE) {
      return true;
    }
    int verb = 0;
    while (verb < line.length && line[verb] >= 'A' && line[verb] <= 'Z') {
      verb++;
    }
    if (verb < 3 || verb >= line.length || line[verb] != ' ') {
      return false;
    }
    int version = Math.max(verb, line.length - "HTTP/1.1".length());
    return new String(line, version, line.length - version, ISO_8859_1).matches("HTTP/\\d\\.\\d")
        && HTTP_VERBS.contains(new String(line, 0, verb, ISO_8859_1));
  }

  /** Whether the line has nothing at all. */
  public boolean isBlank() {
    return at == 0 && line.length == 0;
  }

  /** The tag; the client gets it back as it is. */
  public String tag() {
    int start = at;
    while (at < line.length && Octet.isTag(line[at])) {
      at++;
    }
    if (at == start || at - start > MAX_TAG || at < line.length && line[at] != ' ') {
      throw new BadCommand("Invalid tag");
    }
    return new String(line, start, at - start, ISO_8859_1);
  }

  /** At least one space. */
  public void space() {
    if (at >= line.length || line[at] != ' ') {
      throw new BadCommand(at >= line.length ? "Missing argument" : "Missing space");
    }
    skipSpaces();
  }

  private void skipSpaces() {
    while (at < line.length && line[at] == ' ') {
      at++;
    }
  }

  /** The command's end; spaces before it are forgiven. */
  public void end() {
    skipSpaces();
    if (at < line.length) {
      throw new BadCommand("Unexpected text behind the arguments");
    }
  }

  /** Whether nothing is left but spaces. */
  public boolean atEnd() {
    skipSpaces();
    return at >= line.length;
  }

  /** What is left of the line, as it stands; spaces behind it are forgiven. */
  public String rest() {
    String text = new String(line, at, line.length - at, ISO_8859_1).stripTrailing();
    at = line.length;
    return text;
  }

  /** Whether {@code octet} comes next. */
  public boolean at(int octet) {
    return at < line.length && line[at] == octet;
  }

  /** Takes {@code octet} if it comes next. */
  public boolean take(int octet) {
    if (!at(octet)) {
      return false;
    }
    at++;
    return true;
  }

  /** Takes {@code octet}, which must come next. */
  public void expect(int octet) {
    if (!take(octet)) {
      throw new BadCommand("Expected \"" + (char) octet + "\"");
    }
  }

  /** Takes {@code (}. */
  public void open() {
    expect('(');
    if (++depth > limits.depth()) {
      throw new BadCommand("Too many parentheses");
    }
    skipSpaces();
  }

  /**
   * Inside a list: takes {@code )} and ends it, or what separates its items.
   *
   * @param first whether no item was read yet
   */
  public boolean close(boolean first) {
    if (take(')')) {
      depth--;
      return true;
    }
    if (!first) {
      space();
      if (take(')')) {
        depth--;
        return true;
      }
    }
    return false;
  }

  /** An atom, in upper case. */
  public String word() {
    return atom().toUpperCase(Locale.ROOT);
  }

  /** An atom. */
  public String atom() {
    int start = at;
    while (at < line.length && Octet.isAtom(line[at])) {
      at++;
    }
    if (at == start) {
      throw new BadCommand(at >= line.length ? "Missing argument" : "Unexpected character");
    }
    if (at - start > MAX_WORD) {
      throw new BadCommand("Too long");
    }
    return new String(line, start, at - start, ISO_8859_1);
  }

  /**
   * The letters, digits, dots and hyphens that come next, in upper case: a name with a bracket
   * behind it.
   */
  public String name() {
    int start = at;
    while (at < line.length && isNameOctet(line[at])) {
      at++;
    }
    if (at == start || at - start > MAX_WORD) {
      throw new BadCommand("Unexpected character");
    }
    return new String(line, start, at - start, ISO_8859_1).toUpperCase(Locale.ROOT);
  }

  private static boolean isNameOctet(int c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '.'
        || c == '-';
  }

  /** Whether a digit comes next. */
  public boolean atDigit() {
    return at < line.length && line[at] >= '0' && line[at] <= '9';
  }

  /** Whether a message set comes next. */
  public boolean atSet() {
    return atDigit() || at('*');
  }

  /** Whether {@code word} comes next, as a whole atom. */
  public boolean atWord(String word) {
    int end = at + word.length();
    if (end > line.length || end < line.length && Octet.isAtom(line[end])) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      int c = line[at + i];
      if ((c >= 'a' && c <= 'z' ? c - 32 : c) != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  // --- numbers, sets, dates ---

  /** A number of up to 63 bits. */
  public long number() {
    int start = at;
    long value = 0;
    while (atDigit()) {
      int digit = line[at++] - '0';
      if (value > (Long.MAX_VALUE - digit) / 10) {
        throw new BadCommand("Number too large");
      }
      value = value * 10 + digit;
    }
    if (at == start) {
      throw new BadCommand("Expected a number");
    }
    return value;
  }

  /** A message set (RFC 9051, 9: sequence-set). */
  public MessageSet messageSet() {
    long[] from = new long[4];
    long[] to = new long[4];
    int count = 0;
    do {
      if (count == from.length) {
        from = Arrays.copyOf(from, count * 2);
        to = Arrays.copyOf(to, count * 2);
      }
      from[count] = setNumber();
      to[count] = take(':') ? setNumber() : from[count];
      count++;
    } while (take(','));
    return new MessageSet(Arrays.copyOf(from, count), Arrays.copyOf(to, count));
  }

  private long setNumber() {
    if (take('*')) {
      return MessageSet.STAR;
    }
    long number = number();
    if (number < 1 || number > Uid.MAX) {
      throw new BadCommand("Invalid message number");
    }
    return number;
  }

  /** {@code 1-Feb-2024}, quoted or not. */
  public LocalDate date() {
    return ImapDate.date(at('"') ? text(string()) : atom());
  }

  /** {@code "01-Feb-2024 09:05:00 +0100"}. */
  public InternalDate dateTime() {
    if (!at('"')) {
      throw new BadCommand("Expected a date-time");
    }
    return ImapDate.dateTime(text(string()));
  }

  // --- strings ---

  /** An astring's octets: bare, quoted or a literal. */
  public byte[] astring() {
    if (at('"') || at('{')) {
      return string();
    }
    int start = at;
    while (at < line.length && Octet.isAstring(line[at])) {
      at++;
    }
    return bare(start);
  }

  /** An astring as text: UTF-8. */
  public String astringText() {
    return text(astring());
  }

  /** A pattern for LIST: as an astring, with wildcards. */
  public String pattern() {
    if (at('"') || at('{')) {
      return text(string());
    }
    int start = at;
    while (at < line.length && (Octet.isPattern(line[at]) || line[at] < 0)) {
      at++;
    }
    return text(bare(start));
  }

  private byte[] bare(int start) {
    if (at == start) {
      throw new BadCommand(at >= line.length ? "Missing argument" : "Unexpected character");
    }
    if (at - start > limits.string()) {
      throw new BadCommand("Argument too long");
    }
    return Arrays.copyOfRange(line, start, at);
  }

  /** An nstring: null for NIL. */
  public byte @Nullable [] nstring() {
    if (at('"') || at('{')) {
      return string();
    }
    if (atWord("NIL")) {
      at += 3;
      return null;
    }
    throw new BadCommand("Expected a string or NIL");
  }

  /** A quoted string or a literal. */
  public byte[] string() {
    if (take('"')) {
      return quoted();
    }
    if (at('{')) {
      return literal();
    }
    throw new BadCommand("Expected a string");
  }

  private byte[] quoted() {
    int start = at;
    int escapes = 0;
    while (at < line.length && line[at] != '"') {
      if (line[at] == '\\') {
        escapes++;
        at++;
      }
      if (at < line.length && (line[at] == 0 || line[at] == '\r')) {
        throw new BadCommand("Invalid character in a quoted string");
      }
      at++;
    }
    if (at >= line.length) {
      at = line.length;
      throw new BadCommand("Unfinished quoted string");
    }
    if (at - start > limits.string()) {
      throw new BadCommand("String too long");
    }
    byte[] octets = new byte[at - start - escapes];
    int length = 0;
    for (int i = start; i < at; i++) {
      if (line[i] == '\\') {
        i++;
      }
      octets[length++] = line[i];
    }
    at++;
    return octets;
  }

  private byte[] literal() {
    Literal announced = literalHead();
    if (announced.length() > limits.string()) {
      throw new BadCommand("Literal too long");
    }
    if (announced.length() > lineRoom()) {
      throw new BadCommand("Command line too long");
    }
    CommandInput from = input();
    if (announced.waits() && from.invites()) {
      invite();
    }
    byte[] octets = from.literal((int) announced.length());
    used += octets.length;
    next(from.line(lineRoom()));
    for (byte c : octets) {
      if (c == 0) {
        throw new BadCommand("NUL in a literal");
      }
    }
    return octets;
  }

  /**
   * A literal that was announced and not yet sent.
   *
   * @param length its octets
   * @param waits whether the client waits to be invited
   */
  public record Literal(long length, boolean waits) {}

  /**
   * What stands in braces at the line's end: {@code {310}} or {@code {310+}}. The reader stays
   * before it: until the octets have been taken they are to be reckoned with.
   */
  public Literal literalHead() {
    int start = at;
    try {
      expect('{');
      long length = number();
      boolean waits = !take('+');
      if (!take('}') || at < line.length) {
        throw new BadCommand("Invalid literal");
      }
      return new Literal(length, waits);
    } finally {
      at = start;
    }
  }

  /** Asks the client to send the literal it waits with. */
  public void invite() {
    ImapWriter to = out;
    if (to == null) {
      throw new BadCommand("Literals are not possible here");
    }
    to.ascii("+ OK").crlf().flush();
  }

  private CommandInput input() {
    CommandInput from = in;
    if (from == null) {
      throw new BadCommand("Literals are not possible here");
    }
    return from;
  }

  /**
   * What is still to come of a command that failed: the length of a literal that the client sends
   * without waiting, with a line behind it ({@link #next}). One it waits with will not be sent.
   *
   * @return negative when nothing is to come
   * @throws BadCommand the last one, when it is too long to be waited for, after all before it
   */
  public long unwanted() {
    mustNotExceed(Integer.MAX_VALUE);
    long length = trailingLiteral();
    if (length > limits.skip() - skipped) {
      line = new byte[0];
      at = 0;
      throw BadCommand.last("Literal too long");
    }
    skipped += Math.max(0, length);
    return length;
  }

  private long trailingLiteral() {
    at = Math.max(Math.min(line.length, at), 0);
    int end = line.length;
    if (end - at < 4 || line[end - 1] != '}' || line[end - 2] != '+') {
      return -1;
    }
    int open = end - 3;
    while (open >= at && line[open] >= '0' && line[open] <= '9') {
      open--;
    }
    if (open < at || line[open] != '{' || open == end - 3) {
      return -1;
    }
    if (end - open > MAX_DIGITS) {
      return Long.MAX_VALUE;
    }
    at = open;
    return literalHead().length();
  }

  // --- names ---

  /**
   * A mailbox's name.
   *
   * @throws Refused when no mailbox can be called so
   */
  public MailboxName mailbox() {
    byte[] wire = astring();
    return MailboxName.of(mailboxText(wire));
  }

  /** A LIST pattern or reference in Unicode; empty text when it matches nothing. */
  public @Nullable String decodedPattern(String wire) {
    if (utf8) {
      return wire;
    }
    try {
      return ModifiedUtf7.decode(wire);
    } catch (IllegalArgumentException e) {
      return isAscii(wire) ? null : wire;
    }
  }

  private String mailboxText(byte[] wire) {
    String text = text(wire);
    String name = decodedPattern(text);
    if (name == null) {
      throw new Refused("CANNOT", "Mailbox name is not valid modified UTF-7");
    }
    return name;
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }

  /** Octets as UTF-8 text. */
  private static String text(byte[] octets) {
    try {
      CharBuffer text = UTF_8.newDecoder().decode(ByteBuffer.wrap(octets));
      return text.toString();
    } catch (CharacterCodingException e) {
      throw new BadCommand("Invalid UTF-8");
    }
  }

  // --- flags ---

  /** A flag list, with or without parentheses (STORE), or in them (APPEND). */
  public FlagList flags() {
    FlagList flags = new FlagList();
    if (at('(')) {
      open();
      for (boolean first = true; !close(first); first = false) {
        flag(flags);
      }
      return flags;
    }
    do {
      flag(flags);
    } while (!atEnd());
    return flags;
  }

  private void flag(FlagList flags) {
    if (take('\\')) {
      flags.addSystem(atom());
    } else {
      flags.addKeyword(atom());
    }
  }

  /** A word that begins with a backslash, as LIST's attributes do; with it. */
  public String attribute() {
    expect('\\');
    return "\\" + atom();
  }
}
