package org.postroom.core.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.Transport;
import org.postroom.core.mail.Recipient.Notify;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.refusal.ContentDamaged;

/**
 * The station for a mail that nobody gets and whose sender is not there any more to be told so by a
 * reply: he is told by a report (RFC 3464).
 */
final class Returning {
  private final Correspondence correspondence;
  private final Tidings tidings;

  Returning(Correspondence correspondence, Tidings tidings) {
    this.correspondence = correspondence;
    this.tidings = tidings;
  }

  /**
   * Has the report be ours. It waits in the queue even for a mailbox here, so that a full one does
   * not stand against it.
   */
  void giveBack(Dispatch.Ended refused, MailCommit commit) {
    QueuedMail mail = refused.mail();
    List<Bounce.Item> items = new ArrayList<>();
    for (Transport.Report report : refused.reports()) {
      Set<Notify> wishes = report.recipient().recipient().reportOn();
      items.add(
          new Bounce.Item(
              report.recipient(),
              report.result(),
              wishes.isEmpty() || wishes.contains(Notify.FAILURE)));
    }
    List<Correspondence.Written> written = written(refused, items, commit);
    try {
      List<Acceptance> unused =
          commit.commit(written.stream().map(one -> Planner.queued(one.report())).toList());
    } finally {
      Correspondence.close(written);
    }
    for (Transport.Report report : refused.reports()) {
      tidings.bounced(refused, report.recipient(), report.result(), report.result());
    }
    written.forEach(one -> tidings.notified(mail.id(), one.letter(), Planner.queued(one.report())));
  }

  /** Without the mail where that is damaged. */
  private List<Correspondence.Written> written(
      Dispatch.Ended refused, List<Bounce.Item> items, MailCommit ids) {
    Bounce.Kind kind = Bounce.Kind.FAILED;
    try {
      return correspondence.about(
          refused.mail(), new Bounce.About(kind, items, refused.at(), true), ids);
    } catch (ContentDamaged e) {
      return correspondence.about(
          refused.mail(), new Bounce.About(kind, items, refused.at(), false), ids);
    }
  }
}
