package org.postroom.core.testing.imap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.transcript.Peer;

/** An IMAP client that believes what it is told, and checks that it can be believed. */
public final class ModelClient implements AutoCloseable {
  private static final int KEPT_LINES = 80;
  private static final Pattern SILENT =
      Pattern.compile("STORE (\\S+) ([+-])FLAGS\\.SILENT \\((.*)\\)");

  private final Peer peer;
  private final String name;
  private final SharedFacts facts;
  private final boolean alone;
  private final Deque<String> said = new ArrayDeque<>();
  private MailboxModel mailbox;
  private int tags;
  private int selections;
  private String idle;

  /** What may be said while a command runs (RFC 9051, 7.5.1), and what its answer means. */
  public enum Rule {
    /** Numbers must stay. */
    NUMBERS,
    /** Numbers may change. */
    FREE,
    SEARCH_ALL,
    SEARCH,
    UID_SEARCH_ALL,
    UID_SEARCH;

    private boolean keepsNumbers() {
      return this == NUMBERS || this == SEARCH_ALL || this == SEARCH;
    }
  }

  /**
   * Greets and logs in.
   *
   * @param alone whether nothing changes between a command's beginning and its end but by itself
   */
  public ModelClient(
      Peer peer, String name, SharedFacts facts, String login, String password, boolean alone) {
    this.alone = alone;
    this.peer = peer;
    this.name = name;
    this.facts = facts;
    line();
    command("LOGIN " + login + " " + password, Rule.FREE);
  }

  public MailboxModel mailbox() {
    return mailbox;
  }

  public boolean isIdle() {
    return idle != null;
  }

  /** SELECT or EXAMINE. */
  public void select(String mailboxName, boolean readOnly) {
    String session = name + "." + ++selections;
    String tag = send((readOnly ? "EXAMINE " : "SELECT ") + mailboxName);
    mailbox = new MailboxModel(facts, session, readOnly);
    complete(tag, Rule.FREE);
    mailbox.opened();
  }

  /** Sends a command and hears it out; it must succeed. Returns the tagged line's text. */
  public String command(String text, Rule rule) {
    String end = complete(send(text), rule);
    if (text.contains("FLAGS.SILENT")) {
      stored(text);
    }
    return end;
  }

  /** Takes note of what a silent STORE did, when it can be known. */
  private void stored(String command) {
    Matcher silent = SILENT.matcher(command);
    if (!alone || !silent.matches()) {
      mailbox.forgetFlags();
      return;
    }
    Set<Integer> numbers = new HashSet<>();
    for (String part : silent.group(1).split(",")) {
      String[] ends = part.split(":");
      int one = number(ends[0]);
      int other = number(ends[ends.length - 1]);
      for (int i = Math.min(one, other); i <= Math.max(one, other); i++) {
        numbers.add(i);
      }
    }
    for (int number : numbers) {
      mailbox.stored(number, silent.group(2).equals("+"), Set.of(silent.group(3).split(" ")));
    }
  }

  private int number(String text) {
    return text.equals("*") ? mailbox.size() : Integer.parseInt(text);
  }

  /** Sends a command without waiting for its answer. */
  public String send(String text) {
    String tag = tag();
    write(tag + " " + text + "\r\n");
    return tag;
  }

  /** Sends several at once; they are to be completed in this order. */
  public List<String> sendAll(List<String> commands) {
    StringBuilder all = new StringBuilder();
    List<String> sent = new ArrayList<>();
    for (String command : commands) {
      String tag = tag();
      sent.add(tag);
      all.append(tag).append(' ').append(command).append("\r\n");
    }
    write(all.toString());
    return sent;
  }

  /** Begins to idle. */
  public void beginIdle() {
    idle = send("IDLE");
    String line = line();
    if (!line.startsWith("+ ")) {
      throw failure("no continuation: " + line);
    }
  }

  /** Hears what was said meanwhile, and goes on. */
  public void endIdle() {
    String tag = idle;
    idle = null;
    write("DONE\r\n");
    complete(tag, Rule.FREE);
  }

  /** Hears a command's answer. */
  public String complete(String tag, Rule rule) {
    while (true) {
      String line = line();
      if (line.startsWith("* ")) {
        untagged(line.substring(2), rule);
      } else if (line.startsWith(tag + " ")) {
        String text = line.substring(tag.length() + 1);
        if (!text.startsWith("OK") && !text.startsWith("NO [EXPUNGEISSUED]")) {
          throw failure("unexpected end of a command: " + line);
        }
        return text;
      } else {
        throw failure("unexpected line: " + line);
      }
    }
  }

  private void untagged(String text, Rule rule) {
    String[] words = text.split(" ", 3);
    try {
      if (text.startsWith("BYE")) {
        throw new AssertionError("unexpected goodbye");
      } else if (text.startsWith("FLAGS (")) {
        mailbox.flags(Set.of(text.substring(7, text.length() - 1).split(" ")));
      } else if (text.startsWith("SEARCH")) {
        search(text, rule);
      } else if (words.length > 1 && Character.isDigit(text.charAt(0))) {
        numbered(Integer.parseInt(words[0]), words[1], text, rule);
      }
    } catch (AssertionError e) {
      throw failure(e.getMessage());
    }
  }

  private void search(String text, Rule rule) {
    List<Long> found = new ArrayList<>();
    for (String word : text.substring(6).strip().split(" ")) {
      if (!word.isEmpty()) {
        found.add(Long.valueOf(word));
      }
    }
    if (rule == Rule.UID_SEARCH || rule == Rule.UID_SEARCH_ALL) {
      mailbox.foundUids(found, rule == Rule.UID_SEARCH_ALL);
    } else {
      mailbox.found(found, rule == Rule.SEARCH_ALL);
    }
  }

  private void numbered(int number, String what, String text, Rule rule) {
    switch (what) {
      case "EXISTS" -> mailbox.exists(number);
      case "RECENT" -> mailbox.recent(number);
      case "EXPUNGE" -> {
        if (rule.keepsNumbers()) {
          throw new AssertionError("EXPUNGE under a command by number");
        }
        mailbox.expunge(number);
      }
      case "FETCH" -> mailbox.fetch(number, items(text.substring(text.indexOf('(') + 1)));
      default -> throw new AssertionError("unknown answer: " + text);
    }
  }

  /** Reads {@code NAME value ...)}. */
  private static Map<String, String> items(String text) {
    Map<String, String> items = new HashMap<>();
    int at = 0;
    while (at < text.length() && text.charAt(at) != ')') {
      int start = at;
      int depth = 0;
      for (; depth > 0 || text.charAt(at) != ' '; at++) {
        depth += text.charAt(at) == '[' ? 1 : text.charAt(at) == ']' ? -1 : 0;
      }
      String item = text.substring(start, at++).toUpperCase(Locale.ROOT);
      int end = valueEnd(text, at);
      String value = text.substring(at, end);
      String before =
          items.put(item, value.startsWith("(") ? value.substring(1, value.length() - 1) : value);
      if (before != null) {
        throw new AssertionError(item + " is there twice");
      }
      at = text.charAt(end) == ' ' ? end + 1 : end;
    }
    if (at != text.length() - 1) {
      throw new AssertionError("FETCH does not end: " + text);
    }
    return items;
  }

  private static int valueEnd(String text, int from) {
    char first = text.charAt(from);
    if (first == '"') {
      return text.indexOf('"', from + 1) + 1;
    }
    if (first == '(') {
      return text.indexOf(')', from) + 1;
    }
    if (first == '{') {
      int close = text.indexOf('}', from);
      return close + 3 + Integer.parseInt(text.substring(from + 1, close));
    }
    int end = from;
    while (text.charAt(end) != ' ' && text.charAt(end) != ')') {
      end++;
    }
    return end;
  }

  private String tag() {
    return "t" + ++tags;
  }

  private void write(String text) {
    note("C: " + text.stripTrailing());
    peer.send(text.getBytes(ISO_8859_1));
  }

  /** A line, its literals in it as they come. */
  private String line() {
    StringBuilder line = new StringBuilder();
    while (true) {
      int octet = peer.read();
      if (octet < 0) {
        throw failure("the server ended the connection");
      }
      if (octet != '\n') {
        line.append((char) octet);
        continue;
      }
      line.setLength(line.length() - 1);
      int brace =
          line.length() > 0 && line.charAt(line.length() - 1) == '}' ? line.lastIndexOf("{") : -1;
      if (brace < 0) {
        note("S: " + line);
        return line.toString();
      }
      int length = Integer.parseInt(line.substring(brace + 1, line.length() - 1));
      line.append("\r\n");
      for (int i = 0; i < length; i++) {
        line.append((char) peer.read());
      }
    }
  }

  private void note(String text) {
    said.add(text.length() > 300 ? text.substring(0, 300) + " ..." : text);
    if (said.size() > KEPT_LINES) {
      said.remove();
    }
  }

  private AssertionError failure(String what) {
    return new AssertionError(name + ": " + what + "\n" + String.join("\n", said));
  }

  @Override
  public void close() {
    peer.close();
  }
}
