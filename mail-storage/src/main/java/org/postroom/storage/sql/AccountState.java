package org.postroom.storage.sql;

import java.util.Map;
import java.util.Set;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.people.Quota;

/**
 * An account's row, the names of its mailboxes and what it is subscribed to.
 *
 * @param login what it is called
 * @param quota what is said of it alone
 * @param modSeq the last one that was drawn (in any of its mailboxes)
 * @param uidValidity the last one that was given to a mailbox
 * @param mailboxes ids by name
 */
record AccountState(
    AccountId id,
    String login,
    Quota quota,
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
        login,
        quota,
        usedOctets + octets,
        usedMessages + messages,
        modSeq + 1,
        uidValidity,
        mailboxes,
        subscriptions);
  }

  AccountState withMailboxes(Map<MailboxName, Integer> other, long newUidValidity) {
    return new AccountState(
        id, login, quota, usedOctets, usedMessages, modSeq, newUidValidity, other, subscriptions);
  }

  AccountState withQuota(Quota other) {
    return new AccountState(
        id, login, other, usedOctets, usedMessages, modSeq, uidValidity, mailboxes, subscriptions);
  }

  /** The same, found to hold something else. */
  AccountState counted(long octets, long messages) {
    return new AccountState(
        id, login, quota, octets, messages, modSeq, uidValidity, mailboxes, subscriptions);
  }

  AccountState withSubscriptions(Set<MailboxName> other) {
    return new AccountState(
        id, login, quota, usedOctets, usedMessages, modSeq, uidValidity, mailboxes, other);
  }
}
