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

  /** Whether the user of that name may do it. */
  public boolean permits(LocalRight right, String user) {
    return switch (right) {
      case SUBMIT -> submit.containsName(user);
      case VIEW_QUEUE -> mailq.containsName(user);
      case FLUSH_QUEUE -> flush.containsName(user);
    };
  }
}
