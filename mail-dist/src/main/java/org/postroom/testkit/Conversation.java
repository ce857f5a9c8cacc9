package org.postroom.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One session in lines, with {@code C:} and {@code S:} in front of each; of a long one the last.
 * Knows as much of the three protocols as it takes to say which command an error answers, and to
 * take no content for one.
 */
final class Conversation {
  private static final int MOST_OCTETS = 64 * 1024;

  /** Octets of a line; content may be one line without end. */
  private static final int LONGEST = 1_000;

  private static final int MOST_COMMANDS = 1_000;

  /** IMAP's (RFC 9051, 4.3), at the end of a line. */
  private static final Pattern LITERAL = Pattern.compile("\\{(\\d{1,12})\\+?\\}$");

  private static final Pattern BDAT = Pattern.compile("(?i)BDAT (\\d{1,12})\\b.*");
  private static final Pattern SMTP_ANSWER = Pattern.compile("[2-5]\\d\\d( .*)?");
  private static final Pattern IMAP_END = Pattern.compile("([^ *+]+ )(OK|NO|BAD)(?: .*)?");

  private final Consumer<Refusal> refused;
  private final Side client = new Side("C: ");
  private final Side server = new Side("S: ");
  private final ArrayDeque<String> lines = new ArrayDeque<>();

  /** What the client has said and not been answered. */
  private final ArrayDeque<String> commands = new ArrayDeque<>();

  private Kind kind = Kind.UNKNOWN;
  private int octets;
  private boolean inContent;
  private boolean ended;

  private enum Kind {
    UNKNOWN,
    SMTP,
    IMAP,
    POP3,

    /** We are the client there: what is refused is refused to us. */
    OUTGOING
  }

  /** What one side has said of its last line, and what of it is content. */
  private static final class Side {
    private final String mark;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long content;

    /** Whether some of the line so far is content. */
    private boolean withContent;

    Side(String mark) {
      this.mark = mark;
    }
  }

  Conversation(Consumer<Refusal> refused) {
    this.refused = refused;
  }

  void take(boolean byPeer, byte[] said) {
    if (kind == Kind.UNKNOWN && byPeer && lines.isEmpty()) {
      kind = Kind.OUTGOING; // servers speak first
    }
    Side side = byPeer == (kind != Kind.OUTGOING) ? client : server;
    for (byte octet : said) {
      side.withContent |= side.content > 0;
      side.content = Math.max(0, side.content - 1);
      if (octet == '\n') {
        String line = side.line.toString(UTF_8);
        boolean isContent = side.withContent;
        side.line.reset();
        side.withContent = false;
        line(side, line.endsWith("\r") ? line.substring(0, line.length() - 1) : line, isContent);
      } else if (side.line.size() < LONGEST) {
        side.line.write(octet);
      }
    }
  }

  private void line(Side side, String line, boolean isContent) {
    lines.add(side.mark + line);
    octets += side.mark.length() + line.length();
    while (octets > MOST_OCTETS) {
      octets -= lines.remove().length();
    }
    if (isContent) {
      return;
    }
    if (side == client) {
      said(line);
    } else {
      answered(line);
    }
  }

  private void said(String line) {
    if (inContent) {
      inContent = !line.equals(".");
      if (inContent) {
        return;
      }
    }
    if (commands.size() == MOST_COMMANDS) {
      commands.remove();
    }
    commands.add(line);
    Matcher content = kind == Kind.SMTP ? BDAT.matcher(line) : LITERAL.matcher(line);
    if (kind == Kind.IMAP && content.find() || kind == Kind.SMTP && content.matches()) {
      client.content = Long.parseLong(content.group(1));
    }
  }

  private void answered(String line) {
    switch (kind) {
      case UNKNOWN ->
          kind = line.startsWith("* ") ? Kind.IMAP : line.startsWith("+") ? Kind.POP3 : Kind.SMTP;
      case SMTP -> smtp(line);
      case POP3 -> pop3(line);
      case IMAP -> imap(line);
      case OUTGOING -> {}
    }
  }

  private void smtp(String line) {
    if (!SMTP_ANSWER.matcher(line).matches()) {
      return;
    }
    String command = next();
    if (line.charAt(0) >= '4') {
      refused.accept(new Refusal(command, line));
    } else if (line.startsWith("354")) {
      inContent = true;
    }
  }

  /** Lines behind an answer are content until another command is given. */
  private void pop3(String line) {
    if (!commands.isEmpty() && (line.startsWith("+") || line.startsWith("-"))) {
      String command = next();
      if (line.startsWith("-ERR")) {
        refused.accept(new Refusal(command, line));
      }
    }
  }

  private void imap(String line) {
    Matcher end = IMAP_END.matcher(line);
    Matcher literal = LITERAL.matcher(line);
    if (literal.find()) {
      server.content = Long.parseLong(literal.group(1));
    } else if (end.matches()) {
      String command = next(end.group(1));
      if (!command.isEmpty() && !end.group(2).equals("OK")) {
        refused.accept(new Refusal(command, line));
      }
    }
  }

  /** The command of that tag which has waited longest: not every client has another for each. */
  private String next(String tag) {
    for (String command : commands) {
      if (command.startsWith(tag)) {
        commands.removeFirstOccurrence(command);
        return command;
      }
    }
    return "";
  }

  private String next() {
    String command = commands.poll();
    return command == null ? "" : command;
  }

  boolean hasSaid(String text) {
    return lines.stream().anyMatch(line -> line.startsWith(server.mark) && line.contains(text));
  }

  Recording recording() {
    return Recording.of(lines.stream());
  }

  void end() {
    ended = true;
    commands.clear();
  }

  boolean isEnded() {
    return ended;
  }

  @Override
  public String toString() {
    return String.join("\n", lines);
  }
}
