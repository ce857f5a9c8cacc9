package org.postroom.core.mailbox;

/**
 * A mailbox and the UIDs in it, both as of {@code mailbox.highestModSeq()}.
 *
 * @param uids the live messages; shared between sessions, so opening it again costs nothing
 */
public record Snapshot(Mailbox mailbox, UidSet uids) {}
