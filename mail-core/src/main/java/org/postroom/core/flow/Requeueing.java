package org.postroom.core.flow;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.postroom.core.arrival.Submission;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.QueueStore;

/**
 * The station for a mail in the queue that shall go by the configuration of today: its addresses
 * are written anew, stand for others and are routed as if it came now, under a new id. What it was
 * to go through when it did come it still goes through; filters of this server have seen it, and
 * copies were made of it.
 */
final class Requeueing {
  private final Addressing addressing;
  private final Expansion expansion;
  private final Planner planner;
  private final MailCommit commit;
  private final QueueStore store;
  private final MemoryBudget memory;
  private final Tidings tidings;
  private final Clock clock;

  Requeueing(
      Addressing addressing,
      Expansion expansion,
      Planner planner,
      MailCommit commit,
      QueueStore store,
      MemoryBudget memory,
      Tidings tidings,
      Clock clock) {
    this.addressing = addressing;
    this.expansion = expansion;
    this.planner = planner;
    this.commit = commit;
    this.store = store;
    this.memory = memory;
    this.tidings = tidings;
    this.clock = clock;
  }

  /** What an alias has come to is none of its name any more: the others have their mail. */
  private static Expanded to(Route.ToAgent agent, Recipient recipient) {
    return new Expanded(recipient, List.of(new Target(recipient, agent)), List.of());
  }

  /** See {@link MailFlow#requeue}. */
  Optional<QueueId> requeue(QueuedMail mail) {
    Submission again = HomeComing.submission(mail, commit.newId(), clock.instant(), memory);
    try {
      Submission sent = addressing.fromWhom(again);
      Treatment treatment = Treatment.waiting(mail.destination());
      List<Expanded> targets =
          Route.ToAgent.of(mail.destination())
              .map(
                  agent ->
                      sent.envelope().recipients().stream().map(one -> to(agent, one)).toList())
              .orElseGet(() -> expansion.all(sent));
      List<Acceptance> others = planner.plan(sent, targets, treatment, commit::newId);
      List<Long> recipients =
          mail.recipients().stream().map(QueuedMail.QueuedRecipient::id).toList();
      if (!store.control().replace(recipients, others)) {
        return Optional.empty();
      }
      others.forEach(tidings::arrived);
      return Optional.of(again.id());
    } finally {
      again.content().close();
    }
  }
}
