package org.postroom.core.policy;

import org.postroom.core.table.MatchList;

/**
 * What users of this machine may do by its commands, as their names say; root and the server's own
 * user may do it all the same, but for the handing in of mail.
 *
 * @param submit who may hand in mail
 * @param mailq who may see the queue
 * @param flush who may have it tried
 */
public record LocalUsers(MatchList submit, MatchList mailq, MatchList flush) {

  /** Whether the user of that name may hand in mail. */
  public boolean maySubmit(String user) {
    return submit.containsName(user);
  }

  /** Whether he may see the queue. */
  public boolean maySeeQueue(String user) {
    return mailq.containsName(user);
  }

  /** Whether he may have it tried. */
  public boolean mayFlushQueue(String user) {
    return flush.containsName(user);
  }
}
