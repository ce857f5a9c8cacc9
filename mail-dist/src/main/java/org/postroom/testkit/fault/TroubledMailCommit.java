package org.postroom.testkit.fault;

import java.util.List;
import org.postroom.core.mail.QueueId;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;

/** Takes no mail when it is to fail: the mail is nowhere then. */
final class TroubledMailCommit implements MailCommit {
  private final MailCommit commit;
  private final Rules rules;

  TroubledMailCommit(MailCommit commit, Rules rules) {
    this.commit = commit;
    this.rules = rules;
  }

  @Override
  public List<Acceptance> commit(List<Acceptance> acceptances) {
    rules.trouble(StoreWork.ACCEPT, "commit");
    return commit.commit(acceptances);
  }

  @Override
  public QueueId newId() {
    return commit.newId();
  }
}
