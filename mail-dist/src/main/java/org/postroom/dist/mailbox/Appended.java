package org.postroom.dist.mailbox;

import java.util.List;

/**
 * Messages that somebody has put into a mailbox as they are: a client by IMAP's APPEND, or the
 * application itself.
 *
 * @param account the login of whose it is; empty where he is gone meanwhile
 * @param mailbox what it was called
 * @param uids their numbers there
 */
public record Appended(String account, String mailbox, List<Long> uids) {
  public Appended {
    uids = List.copyOf(uids);
  }
}
