package org.postroom.core.mailbox;

/** A message's number in its mailbox, never reused (RFC 9051, 2.3.1.1). */
public record Uid(long value) {
  /** The largest there can be. */
  public static final long MAX = 0xFFFF_FFFFL;

  public Uid {
    if (value < 1 || value > MAX) {
      throw new IllegalArgumentException("UID out of range: " + value);
    }
  }
}
