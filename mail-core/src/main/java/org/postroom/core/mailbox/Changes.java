package org.postroom.core.mailbox;

import java.util.List;

/**
 * What happened in a mailbox after some mod-sequence, in its final state: a message that came and
 * went meanwhile is in neither list.
 *
 * @param mailbox the mailbox now; its {@code highestModSeq} is where the next call goes on
 * @param changed new messages and messages with other flags, by UID
 * @param vanished UIDs that were expunged
 */
public record Changes(Mailbox mailbox, List<FlagsRow> changed, UidSet vanished) {

  public Changes {
    changed = List.copyOf(changed);
  }

  /** One message's flags and the mod-sequence of their last change. */
  public record FlagsRow(long uid, Flags flags, long modSeq) {}
}
