package org.postroom.smtp.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.delivery.Transport.Report;
import org.postroom.core.flow.NextHop;

/**
 * What the servers of one attempt have said of a mail's recipients so far: some are done with, some
 * were put off and may be taken by the next server. One thread at a time.
 */
final class PutOff {
  private final QueuedMail whole;
  private final List<Report> done = new ArrayList<>();
  private final Map<Long, DeliveryResult> later = new HashMap<>();
  private QueuedMail left;

  PutOff(QueuedMail mail) {
    this.whole = mail;
    this.left = mail;
  }

  /** Whether a next hop is the recipients' own domain. */
  boolean isTheirOwn(NextHop hop, int port) {
    return whole.recipients().stream()
        .map(one -> NextHop.of(one.recipient().address().domain(), port))
        .allMatch(hop::equals);
  }

  /** The mail for those who are left. */
  QueuedMail mail() {
    return left;
  }

  /**
   * A server has said something of each who was left.
   *
   * @return whether nobody is left now
   */
  boolean hear(List<Report> reports) {
    List<QueuedRecipient> still = new ArrayList<>();
    for (Report report : reports) {
      if (isPutOff(report.result())) {
        later.put(report.recipient().id(), report.result());
        still.add(report.recipient());
      } else {
        done.add(report);
      }
    }
    left = whole.with(still);
    return still.isEmpty();
  }

  /**
   * The server itself says not now. Where a connection broke, or what it said was no answer, nobody
   * knows what it has taken.
   */
  private static boolean isPutOff(DeliveryResult result) {
    return result instanceof DeliveryResult.Deferred later && later.said().startsWith("4");
  }

  /** What it came to for all, where no server is left. */
  List<Report> reports() {
    List<Report> all = new ArrayList<>(done);
    for (QueuedRecipient recipient : left.recipients()) {
      Optional.ofNullable(later.get(recipient.id()))
          .ifPresent(result -> all.add(new Report(recipient, result)));
    }
    return all;
  }

  /**
   * The same where it ended otherwise: what a server has said of a recipient says more than that
   * the next one could not be reached.
   */
  List<Report> reports(DeliveryResult otherwise) {
    List<Report> all = new ArrayList<>(done);
    for (QueuedRecipient recipient : left.recipients()) {
      all.add(new Report(recipient, later.getOrDefault(recipient.id(), otherwise)));
    }
    return all;
  }
}
