package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.address.ReversePath;
import org.postroom.core.auth.Account;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mail.Submission;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.QueueStore;

/** The way of a mail through the house. Each line is one station; each station is one type. */
public final class MailFlow {
  private final Router router;
  private final QueueStore store;

  public MailFlow(Router router, QueueStore store) {
    this.router = router;
    this.store = store;
  }

  /**
   * Takes responsibility: when this returns, the mail is in its mailboxes and queued, durably, and
   * the client may hear 250. When it throws, it is nowhere.
   */
  public Acceptance accept(Submission mail) {
    Acceptance acceptance = plan(mail);
    store.accept(acceptance);
    return acceptance;
  }

  /** Where mail for {@code recipient} would go now. */
  public Route route(Recipient recipient) {
    return router.route(recipient.address());
  }

  private Acceptance plan(Submission mail) {
    List<Acceptance.Delivery> deliveries = new ArrayList<>();
    List<Acceptance.Onward> onward = new ArrayList<>();
    for (Recipient recipient : mail.envelope().recipients()) {
      Route route = route(recipient);
      if (route instanceof Route.ToMailbox mailbox) {
        deliveries.add(delivery(mail.envelope().sender(), recipient, mailbox.account()));
      } else if (route instanceof Route.Onward hop) {
        onward.add(new Acceptance.Onward(recipient, hop.destination()));
      } else {
        // It was there at RCPT and is gone now. The mail is accepted for it all the same; the
        // attempt
        // finds it undeliverable and tells the sender.
        onward.add(new Acceptance.Onward(recipient, "error:" + recipient.address().domain()));
      }
    }
    return new Acceptance(mail, deliveries, onward);
  }

  private static Acceptance.Delivery delivery(
      ReversePath sender, Recipient recipient, Account account) {
    String header =
        "Return-Path: <" + sender + ">\r\nDelivered-To: " + recipient.address() + "\r\n";
    return new Acceptance.Delivery(
        account.id(), MailboxName.INBOX, recipient.address(), Content.of(header.getBytes(UTF_8)));
  }
}
