package org.postroom.dist.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.mailbox.Uid;
import org.postroom.smtp.protocol.MessageLines;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file with one message, or, when it begins with {@code From } and a space, with many (mbox:
 * lines that begin so within a message are quoted by a {@code >} more, or the message's
 * Content-Length says where it ends). Fields that mail programs keep for themselves in mboxes
 * become flags, and are left out.
 */
public final class MailFile {
  private static final Logger LOG = LoggerFactory.getLogger(MailFile.class);

  private static final String FROM = "From ";

  // Any octet may stand in a line, also those that a pattern takes for ends of lines (0x85).

  /** What looks like the first line of a message in an mbox: it ends with a date. */
  private static final Pattern SEPARATOR =
      Pattern.compile(
          "From .*?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +(?<month>[A-Z][a-z]{2}) +(?<day>\\d{1,2})"
              + " +(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2}))?"
              + "(?: +(?<zone>[+-]\\d{4}|[A-Z]{1,5}))? +(?<year>\\d{4})(?: +(?<zoneafter>[+-]\\d{4}))?.*",
          Pattern.DOTALL);

  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
  private static final Pattern FIELD = Pattern.compile("([!-9;-~]+)[ \\t]*:.*", Pattern.DOTALL);
  private static final Set<String> KEPT_BY_PROGRAMS =
      Set.of("status", "x-status", "x-keywords", "x-uid", "x-imap", "x-imapbase", "content-length");
  private static final int PEEK = 64 * 1024;

  private final LineFile in;
  private final MailTaker target;
  private final Instant changed;

  private final Set<String> flags = new HashSet<>();
  private OffsetDateTime date = OffsetDateTime.MIN;
  private long contentLength = -1;
  private long offset;
  private long uid;
  private long uidValidity;
  private long lastUid;
  private boolean isProgramsOwn;
  private boolean isMbox;
  private boolean takesAll;
  private boolean more;

  private MailFile(LineFile in, MailTaker target, Instant changed) {
    this.in = in;
    this.target = target;
    this.changed = changed;
  }

  /**
   * What an mbox says of all its messages.
   *
   * @param messages how many it has
   * @param uidValidity by which their UIDs are meant; 0 where they have none
   * @param lastUid the last that has been given
   */
  public record Numbers(int messages, long uidValidity, long lastUid) {}

  /**
   * Hands on a file's messages.
   *
   * @param flags that each of them has
   * @param links whether a link is followed
   * @throws BrokenFile where it is no such file; what stood before that has been handed on
   */
  public static Numbers read(Path file, MailTaker target, Set<String> flags, LinkOption... links)
      throws IOException {
    try (LineFile in = new LineFile(file, links)) {
      Instant changed = Files.getLastModifiedTime(file, links).toInstant();
      MailFile mail = new MailFile(in, target, changed);
      return new Numbers(mail.read(flags), mail.uidValidity, mail.lastUid);
    }
  }

  /**
   * Hands on what an mbox has, however its messages look: where a line of a header is no field, the
   * body begins there. Links are not followed.
   *
   * @throws BrokenFile where it is one message, and that is none
   */
  public static Numbers readAll(Path file, MailTaker target) throws IOException {
    try (LineFile in = new LineFile(file, LinkOption.NOFOLLOW_LINKS)) {
      Instant changed = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
      MailFile mail = new MailFile(in, target, changed);
      mail.takesAll = true;
      return new Numbers(mail.read(Set.of()), mail.uidValidity, mail.lastUid);
    }
  }

  /**
   * Hands on one message of an mbox again, as {@link #readAll} does.
   *
   * @param offset where it begins
   */
  public static void readAt(Path file, long offset, MailTaker target, LinkOption... links)
      throws IOException {
    try (LineFile in = new LineFile(file, offset, links)) {
      MailFile mail = new MailFile(in, target, Files.getLastModifiedTime(file, links).toInstant());
      mail.more = in.next();
      mail.isMbox = true;
      mail.takesAll = true;
      if (mail.more && in.startsWith(FROM)) {
        boolean unused = mail.next(Set.of());
      }
    }
  }

  /** Whether a field is one that mail programs keep for themselves in mboxes. */
  public static boolean isKeptByPrograms(String name) {
    return KEPT_BY_PROGRAMS.contains(name.toLowerCase(Locale.ROOT));
  }

  private int read(Set<String> given) throws IOException {
    more = in.next();
    isMbox = more && in.startsWith(FROM);
    int count = 0;
    while (more) {
      count += next(given) ? 1 : 0;
    }
    return count;
  }

  private boolean next(Set<String> given) throws IOException {
    offset = in.offset();
    uid = 0;
    flags.clear();
    flags.addAll(given);
    date = OffsetDateTime.ofInstant(changed, ZoneOffset.UTC);
    if (isMbox) {
      date = separator(in.text(), date);
      do {
        more = in.next();
      } while (more && !in.isLineStart());
    }
    return message();
  }

  private boolean message() throws IOException {
    contentLength = -1;
    isProgramsOwn = false;
    try (MailTaker.Message message = target.begin()) {
      MessageLines out = new MessageLines(message::write);
      boolean hasBody = header(out);
      if (more && hasBody) {
        body(out);
      }
      if (isProgramsOwn) {
        return false;
      }
      out.finish();
      message.end(new MailTaker.About(offset, uid, flags, date, in.line()));
      return true;
    }
  }

  /** Whether a body follows, with the piece that is read. */
  private boolean header(MessageLines out) throws IOException {
    boolean first = true;
    boolean dropped = false;
    boolean numbered = false;
    boolean warns = false;
    for (; more && !in.isBlank(); more = in.next()) {
      if (isMbox && in.startsWith(FROM)) {
        return false; // a message without a body
      }
      if (in.isLineStart() && !isFolded()) {
        String text = in.text();
        Matcher field = FIELD.matcher(text);
        dropped = isMbox && text.startsWith(">From ");
        if (!dropped && !field.matches()) {
          if (takesAll && isMbox) {
            return true;
          }
          if (first) {
            throw in.broken("no header field: " + shown(text));
          }
          throw in.broken("no header field, and no empty line before it: " + shown(text));
        }
        if (!dropped) {
          String name = field.group(1).toLowerCase(Locale.ROOT);
          dropped = isMbox && KEPT_BY_PROGRAMS.contains(name);
          String value = text.substring(text.indexOf(':') + 1).strip();
          note(name, value);
          numbered |= name.equals("x-imap");
          warns |= name.equals("subject") && value.startsWith("DON'T DELETE THIS MESSAGE");
          isProgramsOwn = isMbox && numbered && warns;
        }
      } else if (first) {
        if (takesAll && isMbox) {
          return true;
        }
        throw in.broken("no header field: " + shown(in.text()));
      }
      first = false;
      if (!dropped) {
        out.write(in.array(), in.from(), in.length());
      }
    }
    return true;
  }

  private boolean isFolded() {
    return in.at(0) == ' ' || in.at(0) == '\t';
  }

  private static String shown(String text) {
    String clean = text.replaceAll("[^ -~]", "?");
    return clean.length() <= 60 ? clean : clean.substring(0, 60) + "…";
  }

  /** What mail programs note in an mbox. */
  private void note(String name, String value) {
    if (!isMbox) {
      return;
    }
    switch (name) {
      case "status", "x-status" -> {
        flag(value, 'R', "\\Seen");
        flag(value, 'A', "\\Answered");
        flag(value, 'F', "\\Flagged");
        flag(value, 'D', "\\Deleted");
        flag(value, 'T', "\\Draft");
      }
      case "x-keywords" -> {
        for (String keyword : value.split("[ ,]+")) {
          if (NamedFlags.isName(keyword)) {
            flags.add(keyword);
          } else if (!keyword.isEmpty()) {
            leftOut(keyword, "no flag can be called so");
          }
        }
      }
      case "content-length" ->
          contentLength = value.matches("\\d{1,15}") ? Long.parseLong(value) : -1;
      case "x-uid" -> uid = value.matches("[1-9]\\d{0,9}") ? Long.parseLong(value) : 0;
      case "x-imap", "x-imapbase" -> {
        String[] words = value.split(" +");
        // In any other message it is what a sender wrote.
        if (uidValidity == 0 && offset == 0 && words.length >= 2) {
          base(words[0], words[1]);
        }
      }
      default -> {}
    }
  }

  /** Numbers that no mailbox can have are none. */
  private void base(String validity, String last) {
    if (validity.matches("\\d{1,10}") && last.matches("\\d{1,10}")) {
      long number = Long.parseLong(validity);
      long given = Long.parseLong(last);
      if (number >= 1 && number <= Uid.MAX && given < Uid.MAX) {
        uidValidity = number;
        lastUid = given;
      }
    }
  }

  private void leftOut(String keyword, String why) {
    LOG.warn("{}: line {}: flag {} is left out: {}", in.path(), in.line(), shown(keyword), why);
  }

  private void flag(String value, char letter, String flag) {
    if (value.indexOf(letter) >= 0) {
      flags.add(flag);
    }
  }

  /** From the piece on that is read: the empty line, or where the header ends without one. */
  private void body(MessageLines out) throws IOException {
    boolean isEmptyLine = in.isBlank();
    long start = isEmptyLine ? in.endOffset() : in.offset();
    if (isEmptyLine) {
      out.write(in.array(), in.from(), in.length());
      more = in.next();
    }
    long end = isMbox && isEmptyLine && contentLength >= 0 ? start + contentLength : -1;
    boolean measured = end >= 0 && isEnd(end);
    boolean quoted = isMbox && !(measured && holdsSeparator(start, end));
    boolean blank = true;
    for (; more; more = in.next()) {
      if (measured ? in.offset() >= end : isMbox && blank && isSeparator()) {
        break;
      }
      int skipped = quoted && isQuoted() ? 1 : 0;
      int length = in.length() - skipped;
      if (measured) {
        length = (int) Math.min(length, end - in.offset() - skipped);
      }
      // The empty line before the next message is none of this one's.
      if (!measured && isMbox && in.isBlank() && isEnd(in.offset())) {
        blank = true;
        continue;
      }
      out.write(in.array(), in.from() + skipped, length);
      blank = in.isBlank();
    }
    while (measured && more && in.isBlank()) {
      more = in.next();
    }
  }

  private boolean isSeparator() {
    return in.startsWith(FROM) && SEPARATOR.matcher(in.text()).matches();
  }

  /** One or more {@code >} before {@code From }. */
  private boolean isQuoted() {
    if (!in.isLineStart() || in.at(0) != '>') {
      return false;
    }
    int at = 0;
    while (at < in.length() && in.at(at) == '>') {
      at++;
    }
    if (in.length() - at < FROM.length()) {
      return false;
    }
    for (int i = 0; i < FROM.length(); i++) {
      if (in.at(at + i) != FROM.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether at most an empty line stands between here and the next message, or the file's end. */
  private boolean isEnd(long position) throws IOException {
    if (position > in.size()) {
      return false;
    }
    String rest = new String(in.peek(position, 200), ISO_8859_1);
    String next =
        rest.startsWith("\r\n")
            ? rest.substring(2)
            : rest.startsWith("\n") ? rest.substring(1) : rest;
    return next.isEmpty() && position + rest.length() == in.size()
        || SEPARATOR.matcher(next.lines().findFirst().orElse("")).matches();
  }

  /** Whether a message has a line that would end it, had its length not been said (mboxcl2). */
  private boolean holdsSeparator(long from, long to) throws IOException {
    for (long at = Math.max(0, from - 1); at < to; at += PEEK - FROM.length()) {
      String some = new String(in.peek(at, (int) Math.min(PEEK, to - at)), ISO_8859_1);
      if (some.contains("\n" + FROM)) {
        return true;
      }
    }
    return false;
  }

  /** When the message came, in UTC where the line does not say more. */
  private static OffsetDateTime separator(String line, OffsetDateTime otherwise) {
    Matcher found = SEPARATOR.matcher(line);
    if (!found.matches()) {
      return otherwise;
    }
    int month = MONTHS.indexOf(found.group("month"));
    String zone = found.group("zoneafter") == null ? found.group("zone") : found.group("zoneafter");
    try {
      return OffsetDateTime.of(
          Integer.parseInt(found.group("year")),
          month / 3 + 1,
          Integer.parseInt(found.group("day")),
          Integer.parseInt(found.group("hour")),
          Integer.parseInt(found.group("minute")),
          found.group("second") == null ? 0 : Integer.parseInt(found.group("second")),
          0,
          zone == null || !zone.matches("[+-]\\d{4}") ? ZoneOffset.UTC : ZoneOffset.of(zone));
    } catch (java.time.DateTimeException e) {
      return otherwise;
    }
  }
}
