package org.postroom.dist.assembly;

import java.util.List;
import java.util.Optional;
import org.postroom.core.auth.Accounts;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.part.DryRun;
import org.postroom.core.queue.QueueStore;

/**
 * The inside of a server that runs, for the house's own tools and tests: what {@code
 * MailServer.unwrap} gives.
 */
public interface StartedServer {

  /** Who is here. */
  Accounts accounts();

  /** The mailboxes. */
  MailStore mail();

  /** Mail under way. */
  QueueStore queue();

  /** What is in effect. */
  Settings settings();

  /** Why the last recipients of SMTP clients were taken or refused, by all rules; oldest first. */
  List<RecentDecisions.Entry> decisions();

  /** Those of a mail or a session, by the name that the log and the reply have for it. */
  List<RecentDecisions.Entry> decisions(String id);

  /**
   * What would become of a mail that nobody has sent, and why. Waits for whatever has to be asked,
   * the DNS as well.
   *
   * @param door where it would come in
   * @return empty where nothing listens there, or takes no mail
   */
  Optional<DryRun> explain(Door door, DryRun.Asked mail);

  /** Where the server's parts say that they have died. */
  Lifeline lifeline();
}
