package org.postroom.imap.protocol;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.Mailbox;

/**
 * Flags as a client writes them. Deviation: unknown {@code \}-flags and {@code \Recent} are dropped
 * and the rest applied, because migration tools otherwise lose messages.
 */
public final class FlagList {
  private final Set<Keyword> keywords = new LinkedHashSet<>();
  private long system;
  private boolean isOneTooLong;
  private boolean areTooMany;

  FlagList() {}

  void addSystem(String name) {
    system |=
        switch (name.toUpperCase(Locale.ROOT)) {
          case "SEEN" -> Flags.SEEN;
          case "ANSWERED" -> Flags.ANSWERED;
          case "FLAGGED" -> Flags.FLAGGED;
          case "DELETED" -> Flags.DELETED;
          case "DRAFT" -> Flags.DRAFT;
          default -> 0;
        };
  }

  void addKeyword(String name) {
    if (name.length() > Keyword.LONGEST) {
      isOneTooLong = true;
      return;
    }
    Keyword keyword = new Keyword(name);
    if (keywords.size() < Mailbox.MAX_KEYWORDS) {
      keywords.add(keyword);
    } else if (!keywords.contains(keyword)) {
      areTooMany = true;
    }
  }

  /** Bits of {@link Flags#SYSTEM}. */
  public long system() {
    return system;
  }

  /** Those that can be: none that is too long, and not more than a message can have. */
  public Set<Keyword> keywords() {
    return Keyword.inOrder(keywords);
  }

  /** Whether there was a keyword that is longer than any may be. */
  public boolean isOneTooLong() {
    return isOneTooLong;
  }

  /** Whether there were more than the messages of a mailbox can have. */
  public boolean areTooMany() {
    return areTooMany;
  }
}
