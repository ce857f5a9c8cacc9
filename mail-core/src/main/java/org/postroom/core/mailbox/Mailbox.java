package org.postroom.core.mailbox;

import java.util.List;
import java.util.Optional;
import org.postroom.core.auth.AccountId;

/**
 * A mailbox's row at one moment; everything SELECT and STATUS say without looking at messages.
 *
 * @param uidValidity changes only when UIDs could be reused; 32 bit
 * @param uidNext no message has this UID or a higher one yet
 * @param highestModSeq of the last change in it
 * @param firstRecentUid messages from here on are recent to nobody yet
 * @param messages how many
 * @param unseen how many of them are not {@code \Seen}
 * @param deleted how many of them are {@code \Deleted}
 * @param octets the sum of their sizes
 * @param keywords by position, as {@link Flags} counts them; only ever grows
 */
public record Mailbox(
    MailboxId id,
    AccountId account,
    MailboxName name,
    long uidValidity,
    long uidNext,
    long highestModSeq,
    long firstRecentUid,
    int messages,
    int unseen,
    int deleted,
    long octets,
    List<Keyword> keywords,
    Optional<SpecialUse> specialUse) {

  public Mailbox {
    keywords = List.copyOf(keywords);
  }
}
