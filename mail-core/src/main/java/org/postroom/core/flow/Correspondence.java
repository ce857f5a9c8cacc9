package org.postroom.core.flow;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.mail.Submission;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.QueuedMail;

/** The station for notifications: who is to be told of a mail gets a mail of his own. */
final class Correspondence {
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

  /** All that there are, perhaps none. When it throws, nothing is left to close. */
  List<Written> about(QueuedMail mail, Bounce.About about, MailCommit ids) {
    List<Written> written = new ArrayList<>();
    boolean whole = false;
    try {
      for (Bounce.Letter letter : bounce.letters(mail, about)) {
        for (Acceptance report : plan(bounce.write(ids.newId(), mail, letter), ids)) {
          written.add(new Written(letter, report));
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

  /** Gives up the staged content; the store has its own by now, or none. */
  static void close(List<Written> written) {
    written.forEach(one -> one.report().mail().content().close());
  }

  private List<Acceptance> plan(Submission report, MailCommit ids) {
    boolean planned = false;
    try {
      List<Acceptance> plan = planner.plan(report, expansion.all(report), ids::newId);
      planned = true;
      return plan;
    } finally {
      if (!planned) {
        report.content().close();
      }
    }
  }
}
