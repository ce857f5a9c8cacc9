package org.postroom.core.flow;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.arrival.Submission;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;

/**
 * The station where a mail becomes ours: what becomes of each recipient, and what the sender hears
 * at once, in one unit of work.
 */
final class Commitment {
  private final Planner planner;
  private final Correspondence correspondence;
  private final Tidings tidings;

  Commitment(Bounce bounce, Expansion expansion, Tidings tidings) {
    this.planner = new Planner(bounce::notifies);
    this.correspondence = new Correspondence(bounce, expansion, planner);
    this.tidings = tidings;
  }

  /**
   * What has become true of the mail; see {@link MailCommit#commit}. What is held has not gone on
   * to anybody, so that its sender hears nothing yet.
   */
  List<Acceptance> take(
      Submission mail, List<Expanded> recipients, Treatment treatment, MailCommit commit) {
    if (treatment.held()) {
      return commit.commit(planner.plan(mail, recipients, treatment, commit::newId));
    }
    Exploded exploded = Exploded.of(mail, recipients);
    List<Acceptance> plan = planner.plan(mail, exploded.recipients(), treatment, commit::newId);
    return exploded.told().isEmpty()
        ? commit.commit(plan)
        : takeTelling(mail, exploded, plan, commit);
  }

  private List<Acceptance> takeTelling(
      Submission mail, Exploded exploded, List<Acceptance> plan, MailCommit commit) {
    List<Correspondence.Written> told =
        correspondence.about(Exploded.asQueued(mail), exploded.about(mail), commit);
    try {
      List<Acceptance> all = new ArrayList<>(plan);
      told.forEach(one -> all.add(Planner.beside(one.report())));
      List<Acceptance> taken = commit.commit(all);
      told.forEach(one -> tidings.notified(mail.id(), one.letter(), Planner.beside(one.report())));
      return taken.subList(0, plan.size());
    } finally {
      Correspondence.close(told);
    }
  }
}
