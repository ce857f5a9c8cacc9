package org.postroom.core.mailbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.text.Normalizer;
import java.util.List;
import java.util.Optional;
import org.postroom.core.refusal.BadMailboxName;

/**
 * A mailbox's full name: levels separated by {@code /}, in Unicode (NFC). The first level INBOX is
 * written in upper case whatever way it was given; otherwise case matters (RFC 9051, 5.1).
 */
public record MailboxName(String value) implements Comparable<MailboxName> {
  public static final char SEPARATOR = '/';
  public static final MailboxName INBOX = new MailboxName("INBOX");

  private static final int MAX_OCTETS = 1000;
  private static final int MAX_LEVEL_OCTETS = 255;
  private static final int MAX_LEVELS = 30;

  /**
   * Checks and normalises a name; one trailing separator is dropped.
   *
   * @throws BadMailboxName when no mailbox can be called so
   */
  public MailboxName {
    value = isAscii(value) ? value : Normalizer.normalize(value, Normalizer.Form.NFC);
    if (value.length() > 1 && value.charAt(value.length() - 1) == SEPARATOR) {
      value = value.substring(0, value.length() - 1);
    }
    value = withUpperCaseInbox(value);
    check(value);
  }

  private static boolean isAscii(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) > 0x7F) {
        return false;
      }
    }
    return true;
  }

  public static MailboxName of(String value) {
    return new MailboxName(value);
  }

  public boolean isInbox() {
    return value.equals("INBOX");
  }

  /** The levels, top first. */
  public List<String> levels() {
    return List.of(value.split("/", -1));
  }

  /** The name one level up; empty at the top. */
  public Optional<MailboxName> parent() {
    int at = value.lastIndexOf(SEPARATOR);
    return at < 0 ? Optional.empty() : Optional.of(new MailboxName(value.substring(0, at)));
  }

  /** Whether this lies below {@code ancestor}, at any depth. */
  public boolean isBelow(MailboxName ancestor) {
    return value.length() > ancestor.value.length()
        && value.startsWith(ancestor.value)
        && value.charAt(ancestor.value.length()) == SEPARATOR;
  }

  /** INBOX first, then by code points, level by level. */
  @Override
  public int compareTo(MailboxName other) {
    List<String> mine = levels();
    List<String> theirs = other.levels();
    for (int i = 0; i < Math.min(mine.size(), theirs.size()); i++) {
      int order = compareLevel(i, mine.get(i), theirs.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(mine.size(), theirs.size());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MailboxName that && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return value;
  }

  private static int compareLevel(int depth, String a, String b) {
    if (depth == 0 && a.equals("INBOX") != b.equals("INBOX")) {
      return a.equals("INBOX") ? -1 : 1;
    }
    return a.compareTo(b);
  }

  private static String withUpperCaseInbox(String name) {
    boolean inbox =
        name.regionMatches(true, 0, "INBOX", 0, 5)
            && (name.length() == 5 || name.charAt(5) == SEPARATOR);
    return inbox ? "INBOX" + name.substring(5) : name;
  }

  private static void check(String name) {
    if (name.isEmpty()) {
      throw new BadMailboxName("Mailbox name is empty");
    }
    if (name.getBytes(UTF_8).length > MAX_OCTETS) {
      throw new BadMailboxName("Mailbox name is longer than " + MAX_OCTETS + " octets");
    }
    String[] levels = name.split("/", -1);
    if (levels.length > MAX_LEVELS) {
      throw new BadMailboxName("Mailbox name has more than " + MAX_LEVELS + " levels");
    }
    for (String level : levels) {
      checkLevel(level);
    }
  }

  private static void checkLevel(String level) {
    if (level.isEmpty()) {
      throw new BadMailboxName("Mailbox name has an empty level");
    }
    if (level.equals(".") || level.equals("..")) {
      throw new BadMailboxName("Mailbox name has a level \"" + level + "\"");
    }
    if (level.getBytes(UTF_8).length > MAX_LEVEL_OCTETS) {
      throw new BadMailboxName(
          "Mailbox name has a level longer than " + MAX_LEVEL_OCTETS + " octets");
    }
    for (int i = 0; i < level.length(); i++) {
      char c = level.charAt(i);
      if (c < 0x20 || c >= 0x7f && c <= 0x9f || c == 0x2028 || c == 0x2029) {
        throw new BadMailboxName("Mailbox name has a control character");
      }
      if (Character.isSurrogate(c) && !isPaired(level, i)) {
        throw new BadMailboxName("Mailbox name is not valid Unicode");
      }
    }
  }

  private static boolean isPaired(String text, int at) {
    char c = text.charAt(at);
    return Character.isHighSurrogate(c)
        ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
        : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
  }
}
