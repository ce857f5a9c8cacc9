package org.postroom.dist.operation;

import java.io.InputStream;
import java.time.Clock;
import java.util.List;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.auth.Accounts;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.policy.LocalRight;
import org.postroom.core.queue.QueueStore;
import org.postroom.dist.answer.OperationRefused;

/** What operations act upon: a server that runs, or no more than its store. */
public interface Desk {

  /** Who asks, as this machine names its users. */
  String user();

  /** Who is here. */
  Accounts accounts();

  /** Whether that is who looks after the server: its own user, or root. */
  boolean isMaster();

  /**
   * Goes on where the user who asks may do this.
   *
   * @throws OperationRefused where he may not
   */
  void permit(LocalRight right);

  /** Whether the user who asks may do this. */
  boolean isPermitted(LocalRight right);

  /** Mail under way. */
  QueueStore queue();

  /** Mailboxes. */
  MailStore mail();

  /** Content that is not ours yet, octet by octet as it is; whoever asks closes it. */
  StagedContent staged(InputStream content);

  /**
   * What programs have left in the maildrop and no server has taken yet, oldest first.
   *
   * @param from how many of them are passed over
   * @param most how many
   * @throws OperationRefused when nobody but another user can look there
   */
  List<DroppedMail> maildrop(long from, int most);

  /** What time it is. */
  Clock clock();

  /**
   * The server.
   *
   * @throws OperationRefused when none runs
   */
  RunningServer server();
}
