package org.postroom.dist.submit;

import java.util.List;
import java.util.Optional;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.restriction.Verdict;

/**
 * What has become of a mail that was handed in. A refusal has the code, status and text that a
 * client of SMTP would hear: 4xx may pass, 5xx is for good.
 */
public sealed interface Submitted {

  /** Each recipient of the envelope, in its order. */
  List<Outcome> recipients();

  /**
   * What became of it as a whole, for who expects nothing else but that it is taken.
   *
   * @throws NotTaken when it is not
   */
  default QueueId orThrow() {
    if (this instanceof Taken taken) {
      return taken.id();
    }
    throw new NotTaken((Refused) this);
  }

  /**
   * One recipient.
   *
   * @param refusal why it gets nothing, whatever becomes of the others; empty where it is served,
   *     or would be if the mail were taken
   */
  record Outcome(Recipient recipient, Optional<Verdict.Reject> refusal) {}

  /**
   * It is ours, durably: in the mailboxes that are here, and in the queue for all others.
   *
   * @param id by which the log names it
   */
  record Taken(QueueId id, List<Outcome> recipients) implements Submitted {
    public Taken {
      recipients = List.copyOf(recipients);
    }
  }

  /**
   * It is nowhere, and nobody gets it.
   *
   * @param reply why: what is said of the mail, or of the first recipient that is refused
   * @param rule who has refused it, as the log names it
   */
  record Refused(Verdict.Reject reply, String rule, List<Outcome> recipients) implements Submitted {
    public Refused {
      recipients = List.copyOf(recipients);
    }

    /** Whether it may be taken later. */
    public boolean mayPass() {
      return reply.code() < 500;
    }
  }
}
