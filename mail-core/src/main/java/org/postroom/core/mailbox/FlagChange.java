package org.postroom.core.mailbox;

import java.util.Set;

/**
 * What STORE does to flags: read-modify-write in the store, message by message, never "what the
 * session believes".
 *
 * @param mode add, remove or replace
 * @param system bits of {@link Flags#SYSTEM}
 * @param keywords by name; new ones become known in the mailbox
 */
public record FlagChange(Mode mode, long system, Set<Keyword> keywords) {

  /** How flags change. */
  public enum Mode {
    ADD,
    REMOVE,
    REPLACE
  }

  public FlagChange {
    keywords = Keyword.inOrder(keywords);
    if ((system & ~Flags.SYSTEM) != 0) {
      throw new IllegalArgumentException("not system flags: " + Long.toBinaryString(system));
    }
  }

  /** Adds system flags. */
  public static FlagChange add(long system) {
    return new FlagChange(Mode.ADD, system, Set.of());
  }
}
