package org.postroom.core.memo;

import java.time.Instant;

/**
 * A text that is kept under a name for some time.
 *
 * @param name at most {@link #LONGEST_NAME} characters, printable ASCII
 * @param text at most {@link #LONGEST_TEXT} characters, none of them NUL
 * @param until when it expires; to the millisecond
 */
public record Memo(String name, String text, Instant until) {
  /** A domain, and some words beside it. */
  public static final int LONGEST_NAME = 300;

  /** What a policy of MTA-STS may have (RFC 8461, 3.2). */
  public static final int LONGEST_TEXT = 65_536;

  public Memo {
    if (name.isEmpty()
        || name.length() > LONGEST_NAME
        || !name.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      throw new IllegalArgumentException("no name of a memo: " + name);
    }
    if (text.length() > LONGEST_TEXT || text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("no text of a memo: " + text.length() + " characters");
    }
    until = Instant.ofEpochMilli(until.toEpochMilli());
  }
}
