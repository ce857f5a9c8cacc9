package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.address.ReversePath;
import org.postroom.core.auth.Account;
import org.postroom.core.fact.Facts;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mail.Submission;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.queue.Acceptance;

/** Plans what becomes of each recipient of a mail: a mailbox here, or the queue. */
final class Planner {
  private final Router router;

  Planner(Router router) {
    this.router = router;
  }

  Acceptance plan(Submission mail) {
    List<Acceptance.Delivery> deliveries = new ArrayList<>();
    List<Acceptance.Onward> onward = new ArrayList<>();
    for (Recipient recipient : mail.envelope().recipients()) {
      Route route = router.route(recipient.address(), Facts.WAITING);
      if (route instanceof Route.ToMailbox mailbox) {
        deliveries.add(delivery(mail.envelope().sender(), recipient, mailbox.account()));
      } else if (route instanceof Route.Onward hop) {
        onward.add(new Acceptance.Onward(recipient, hop.destination()));
      } else {
        // It was there at RCPT and is gone now. The mail is accepted for it all the same; the
        // attempt finds it undeliverable and tells the sender.
        onward.add(new Acceptance.Onward(recipient, "error:" + recipient.address().domain()));
      }
    }
    return new Acceptance(mail, deliveries, onward);
  }

  /**
   * The same with all recipients in the queue, where mailboxes here are full; each attempt routes
   * them to their mailboxes anew.
   */
  static Acceptance queued(Acceptance plan) {
    List<Acceptance.Onward> onward = new ArrayList<>(plan.onward());
    for (Recipient recipient : plan.mail().envelope().recipients()) {
      if (plan.onward().stream().noneMatch(one -> one.recipient().equals(recipient))) {
        onward.add(Acceptance.Onward.home(recipient));
      }
    }
    return new Acceptance(plan.mail(), List.of(), onward);
  }

  static Acceptance.Delivery delivery(ReversePath sender, Recipient recipient, Account account) {
    String header =
        "Return-Path: <" + sender + ">\r\nDelivered-To: " + recipient.address() + "\r\n";
    return new Acceptance.Delivery(
        account.id(), MailboxName.INBOX, recipient, Content.of(header.getBytes(UTF_8)));
  }
}
