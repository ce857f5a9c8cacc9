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
 * @param keywords what its messages have, and some that none has any more: these are given back
 *     when there is no room for others, so that of {@link #MAX_KEYWORDS} each is had by a message
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
  /** How many different keywords one mailbox can have. */
  public static final int MAX_KEYWORDS = 256;

  public Mailbox {
    keywords = List.copyOf(keywords);
  }

  /** Whether its messages can have a keyword that none of them has yet. */
  public boolean hasRoomForKeywords() {
    return keywords.size() < MAX_KEYWORDS;
  }
}
