package org.postroom.storage.sql;

import java.util.Map;
import java.util.Set;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.MailboxName;

/**
 * An account's row, the names of its mailboxes and what it is subscribed to.
 *
 * @param modSeq the last one that was drawn (in any of its mailboxes)
 * @param uidValidity the last one that was given to a mailbox
 * @param mailboxes ids by name
 */
record AccountState(
    AccountId id,
    long quotaOctets,
    long usedOctets,
    long usedMessages,
    long modSeq,
    long uidValidity,
    Map<MailboxName, Integer> mailboxes,
    Set<MailboxName> subscriptions) {

  AccountState {
    mailboxes = Map.copyOf(mailboxes);
    subscriptions = Set.copyOf(subscriptions);
  }

  /** One mod-sequence further, with the quota's use moved. */
  AccountState drawn(long octets, long messages) {
    return new AccountState(
        id,
        quotaOctets,
        usedOctets + octets,
        usedMessages + messages,
        modSeq + 1,
        uidValidity,
        mailboxes,
        subscriptions);
  }

  AccountState withMailboxes(Map<MailboxName, Integer> other, long newUidValidity) {
    return new AccountState(
        id, quotaOctets, usedOctets, usedMessages, modSeq, newUidValidity, other, subscriptions);
  }

  AccountState withQuota(long octets) {
    return new AccountState(
        id, octets, usedOctets, usedMessages, modSeq, uidValidity, mailboxes, subscriptions);
  }

  AccountState withSubscriptions(Set<MailboxName> other) {
    return new AccountState(
        id, quotaOctets, usedOctets, usedMessages, modSeq, uidValidity, mailboxes, other);
  }
}
