package org.postroom.dist.operation;

import java.util.List;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.part.DryRun;

/** A server, as operations see it. */
public interface RunningServer {

  /** See {@code MailServer.reload}. */
  Reloaded reload();

  /** What it is and does now. */
  Status status();

  /**
   * What it would do with a mail.
   *
   * @param service the listener's name
   * @throws OperationRefused when nothing listens so, or takes no mail
   */
  DryRun explain(String service, DryRun.Asked asked);

  /**
   * What it has decided about a mail, or in a session, as far as it is still known.
   *
   * @param id as the log has it
   */
  List<RecentDecisions.Entry> decisions(String id);
}
