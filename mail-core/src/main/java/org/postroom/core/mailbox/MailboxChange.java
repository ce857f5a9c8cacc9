package org.postroom.core.mailbox;

/**
 * "Something changed": published after the sync, a hint only. Whoever is interested asks the store
 * for {@link MailStore#changesSince}; a lost hint costs a little time, never a change.
 *
 * @param highestModSeq of the mailbox now; 0 when the mailbox was deleted
 */
public record MailboxChange(MailboxId mailbox, long highestModSeq) {}
