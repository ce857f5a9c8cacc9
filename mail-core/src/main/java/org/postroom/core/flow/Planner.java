package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mail.Submission;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.queue.Acceptance;

/** Plans what becomes of each recipient of a mail: a mailbox here, or the queue. */
final class Planner {

  /** Each mailbox gets one copy, and each address elsewhere, however many ways lead there. */
  Acceptance plan(Submission mail, List<Expanded> recipients) {
    return plan(mail, recipients, Treatment.of(List.of()));
  }

  /** The same for a mail that is to be treated so; one that is held waits in the queue, whole. */
  Acceptance plan(Submission mail, List<Expanded> recipients, Treatment treatment) {
    Map<AccountId, Acceptance.Delivery> deliveries = new LinkedHashMap<>();
    Map<Address, Acceptance.Onward> onward = new LinkedHashMap<>();
    Set<AccountId> reported = new HashSet<>();
    for (Expanded expanded : recipients) {
      for (Target target : expanded.targets()) {
        Recipient recipient = target.recipient();
        Route route = treatment.route(target);
        if (route instanceof Route.ToMailbox mailbox) {
          AccountId account = mailbox.account().id();
          if (deliveries.containsKey(account) || reported.contains(account)) {
            continue;
          }
          if (isReported(mail, recipient)) {
            reported.add(account);
            onward.put(recipient.address(), Acceptance.Onward.home(recipient));
          } else {
            // Of one copy among several whoever brings the mail cannot be told: it would bring all.
            boolean refusable = mail.origin().hearsOfEach() && expanded.targets().size() == 1;
            deliveries.put(
                account,
                delivery(mail.envelope().sender(), recipient, mailbox.account(), refusable));
          }
        } else {
          onward.putIfAbsent(
              recipient.address(), new Acceptance.Onward(recipient, destination(recipient, route)));
        }
      }
    }
    Acceptance plan =
        new Acceptance(mail, List.copyOf(deliveries.values()), List.copyOf(onward.values()));
    return treatment.held() ? queued(plan).held() : plan;
  }

  /**
   * Whether the sender wants to hear that it has arrived (RFC 3461, 4.1): delivery and report are
   * one unit of work where the queue makes them.
   */
  private static boolean isReported(Submission mail, Recipient recipient) {
    return recipient.reportOn().contains(Recipient.Notify.SUCCESS)
        && !mail.envelope().sender().isNull();
  }

  /**
   * An address that leads nowhere is taken all the same, when others of its recipient do not, or
   * when it was there at RCPT and is gone now: the attempt routes it again, finds it undeliverable
   * and tells the sender.
   */
  private static String destination(Recipient recipient, Route route) {
    return route instanceof Route.Onward hop
        ? hop.destination()
        : "error:" + recipient.address().domain();
  }

  /**
   * The same with all recipients in the queue, where mailboxes here are full; each attempt routes
   * them to their mailboxes anew.
   */
  static Acceptance queued(Acceptance plan) {
    List<Acceptance.Onward> onward = new ArrayList<>(plan.onward());
    plan.deliveries().forEach(delivery -> onward.add(delivery.waiting()));
    return new Acceptance(plan.mail(), List.of(), onward);
  }

  static Acceptance.Delivery delivery(ReversePath sender, Recipient recipient, Account account) {
    return delivery(sender, recipient, account, false);
  }

  private static Acceptance.Delivery delivery(
      ReversePath sender, Recipient recipient, Account account, boolean refusable) {
    String header =
        "Return-Path: <" + sender + ">\r\nDelivered-To: " + recipient.address() + "\r\n";
    return new Acceptance.Delivery(
        account.id(), MailboxName.INBOX, recipient, Content.of(header.getBytes(UTF_8)), refusable);
  }
}
