package org.postroom.core.flow;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.arrival.Submission;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.refusal.LookupUnavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The station for notifications: who is to be told of a mail gets a mail of his own. */
final class Correspondence {
  private static final Logger LOG = LoggerFactory.getLogger(Correspondence.class);

  private final Bounce bounce;
  private final Expansion expansion;
  private final Planner planner;

  Correspondence(Bounce bounce, Expansion expansion, Planner planner) {
    this.bounce = bounce;
    this.expansion = expansion;
    this.planner = planner;
  }

  /**
   * One that is to become ours.
   *
   * @param letter who hears of what
   * @param report where it goes; its content is the caller's to close
   */
  record Written(Bounce.Letter letter, Acceptance report) {}

  /**
   * All that there are, perhaps none. When it throws, nothing is left to close.
   *
   * @throws LookupUnavailable where it cannot be said now where one goes; one that others can do
   *     without is left out
   */
  List<Written> about(QueuedMail mail, Bounce.About about, MailCommit ids) {
    List<Written> written = new ArrayList<>();
    boolean whole = false;
    try {
      for (Bounce.Letter letter : bounce.letters(mail, about)) {
        try {
          for (Acceptance report : plan(bounce.write(ids.newId(), mail, letter), ids)) {
            written.add(new Written(letter, report));
          }
        } catch (LookupUnavailable e) {
          if (!isDispensable(letter)) {
            throw e;
          }
          LOG.warn(
              "{}: {} {} notification left out: {}",
              mail.id(),
              letter.who(),
              letter.kindName(),
              e.getMessage());
        }
      }
      whole = true;
      return written;
    } finally {
      if (!whole) {
        close(written);
      }
    }
  }

  /** Whether neither the mail nor what its sender hears of its end waits for it. */
  private static boolean isDispensable(Bounce.Letter letter) {
    return letter.postmaster() || letter.about().kind() == Bounce.Kind.EXPANDED;
  }

  /** Gives up the staged content; the store has its own by now, or none. */
  static void close(List<Written> written) {
    written.forEach(one -> one.report().mail().content().close());
  }

  private List<Acceptance> plan(Submission report, MailCommit ids) {
    boolean planned = false;
    try {
      List<Acceptance> plan = planner.plan(report, expansion.told(report), ids::newId);
      planned = true;
      return plan;
    } finally {
      if (!planned) {
        report.content().close();
      }
    }
  }
}
