package org.postroom.dist.assembly;

import java.util.Optional;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.wire.Meddler;
import org.postroom.dist.operation.FaultRules;

/** What comes between a server and what it stands on, for tests of those who depend on it. */
public interface Disturbance {

  /** None: all is as it is. */
  Disturbance NONE = new Disturbance() {};

  /** Comes between clients and their sessions. */
  default Optional<Meddler> wire() {
    return Optional.empty();
  }

  /** The mailboxes as sessions and applications see them. */
  default MailStore over(MailStore mailboxes) {
    return mailboxes;
  }

  /** The same of where mails become ours. */
  default MailCommit over(MailCommit commit) {
    return commit;
  }

  /** What of it can be asked for from outside, by whoever may ask the server for anything else. */
  default Optional<FaultRules> rules() {
    return Optional.empty();
  }
}
