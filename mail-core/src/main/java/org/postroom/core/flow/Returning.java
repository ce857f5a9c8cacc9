package org.postroom.core.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.postroom.core.mail.ContentDamaged;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient.Notify;
import org.postroom.core.mail.Submission;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.QueuedMail;

/**
 * The station for a mail that nobody gets and whose sender is not there any more to be told so by a
 * reply: he is told by a report (RFC 3464).
 */
final class Returning {
  private final Expansion expansion;
  private final Planner planner;
  private final Bounce bounce;
  private final Tidings tidings;

  Returning(Expansion expansion, Planner planner, Bounce bounce, Tidings tidings) {
    this.expansion = expansion;
    this.planner = planner;
    this.bounce = bounce;
    this.tidings = tidings;
  }

  /**
   * Has the report be ours. It waits in the queue even for a mailbox here, so that a full one does
   * not stand against it.
   */
  void giveBack(Dispatch.Ended refused, MailCommit commit) {
    QueuedMail mail = refused.mail();
    List<Bounce.Item> told = new ArrayList<>();
    for (Transport.Report report : refused.reports()) {
      Set<Notify> wishes = report.recipient().recipient().reportOn();
      if (wishes.isEmpty() || wishes.contains(Notify.FAILURE)) {
        told.add(new Bounce.Item(report.recipient(), report.result()));
      }
    }
    List<Acceptance> reports = List.of();
    if (told.isEmpty() || mail.sender().isNull()) {
      commit.commit(reports);
    } else {
      Submission report = report(commit.newId(), refused, told);
      try {
        reports =
            planner.plan(report, expansion.all(report), commit::newId).stream()
                .map(Planner::queued)
                .toList();
        commit.commit(reports);
      } finally {
        report.content().close();
      }
    }
    for (Transport.Report report : refused.reports()) {
      tidings.bounced(refused, report.recipient(), report.result(), report.result());
    }
    reports.forEach(
        acceptance -> tidings.notified(mail.id(), Bounce.Kind.FAILED.logName(), acceptance));
  }

  /** Without the mail where that is damaged. */
  private Submission report(QueueId id, Dispatch.Ended refused, List<Bounce.Item> told) {
    Bounce.Kind kind = Bounce.Kind.FAILED;
    try {
      return bounce.write(id, refused.mail(), new Bounce.About(kind, told, refused.at(), true));
    } catch (ContentDamaged e) {
      return bounce.write(id, refused.mail(), new Bounce.About(kind, told, refused.at(), false));
    }
  }
}
