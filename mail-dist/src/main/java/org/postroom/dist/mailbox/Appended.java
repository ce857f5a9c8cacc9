package org.postroom.dist.mailbox;

import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.UidSet;

/**
 * Messages that somebody has put into a mailbox as they are: a client by IMAP's APPEND, or the
 * application itself.
 *
 * @param mailbox as it was before, with the account whose it is
 * @param uids their numbers there
 */
public record Appended(Mailbox mailbox, UidSet uids) {}
