package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.auth.Account;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mail.Recipient.Notify;
import org.postroom.core.mail.Submission;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.OverQuota;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.Attempts;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.queue.QueueStore.Settlement;
import org.postroom.core.queue.QueuedMail;
import org.postroom.core.queue.RetrySchedule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way of a mail through the house. Each line is one station; each station is one type. */
public final class MailFlow implements Attempts {
  private static final Logger LOG = LoggerFactory.getLogger(MailFlow.class);
  private static final DeliveryResult DELIVERED =
      new DeliveryResult.Delivered(
          "mailbox", "2.0.0", "delivered to mailbox " + MailboxName.INBOX, true);
  private static final DeliveryResult FULL =
      new DeliveryResult.Deferred("mailbox", "4.2.2", "the mailbox is full");
  private static final DeliveryResult SUSPENDED =
      new DeliveryResult.Deferred(
          "none", "4.4.1", "delivery temporarily suspended: the destination does not answer");
  private static final DeliveryResult NO_TRANSPORT =
      new DeliveryResult.Deferred("none", "4.3.5", "mail transport unavailable");

  private final Router router;
  private final QueueStore store;
  private final Map<String, Transport> transports;
  private final RetrySchedule schedule;
  private final Bounce bounce;
  private final Clock clock;
  private final Executor workers;
  private final MailLog log = new MailLog("flow");
  private volatile Consumer<Acceptance> accepted = acceptance -> {};

  /**
   * Joins the stations.
   *
   * @param transports by the name that routes give them
   * @param workers where attempts are settled
   */
  public MailFlow(
      Router router,
      QueueStore store,
      Map<String, Transport> transports,
      RetrySchedule schedule,
      Bounce bounce,
      Clock clock,
      Executor workers) {
    this.router = router;
    this.store = store;
    this.transports = Map.copyOf(transports);
    this.schedule = schedule;
    this.bounce = bounce;
    this.clock = clock;
    this.workers = workers;
  }

  /**
   * Takes responsibility: when this returns, the mail is in its mailboxes and queued, durably, and
   * the client may hear 250. When it throws, it is nowhere.
   *
   * @return what became of it: a recipient whose mailbox had no room is one that waits
   */
  public Acceptance accept(Submission mail) {
    Acceptance acceptance = store.accept(plan(mail));
    try {
      accepted.accept(acceptance);
    } catch (RuntimeException e) {
      // The mail is ours by now, and the client must hear so, or it would send it again.
      LOG.error("{}: the listener for accepted mail failed", mail.id(), e);
    }
    return acceptance;
  }

  /**
   * Logs where an accepted mail's recipients in this house have it. Apart from {@link #accept}, so
   * that the line that says whose mail it is can come before.
   */
  public void logDeliveries(Acceptance acceptance) {
    Duration delay = Duration.between(acceptance.mail().arrived(), clock.instant());
    for (Acceptance.Delivery delivery : acceptance.deliveries()) {
      log.attempted(
          acceptance.mail().id(),
          delivery.recipient().address(),
          "mailbox",
          delay,
          "2.0.0",
          "sent",
          "delivered to mailbox " + delivery.mailbox());
    }
  }

  /**
   * Has {@code listener} see every mail that a client handed over, after it is durable and before
   * the client hears so, on the session's worker. The content is readable during the call.
   */
  public void onAccepted(Consumer<Acceptance> listener) {
    accepted = listener;
  }

  /** Where mail for {@code recipient} would go now. */
  public Route route(Recipient recipient) {
    return router.route(recipient.address());
  }

  /** Whether {@link #route} would answer for {@code recipient} without waiting for anything. */
  public boolean routesAtOnce(Address recipient) {
    return router.routesAtOnce(recipient);
  }

  /**
   * One attempt for the recipients that are due, and what follows from it. They are routed anew:
   * what waited follows the configuration of today, into a mailbox here if need be.
   */
  @Override
  public CompletionStage<Outcome> attempt(QueuedMail mail) {
    Map<Route, List<QueuedMail.QueuedRecipient>> byRoute = new LinkedHashMap<>();
    for (QueuedMail.QueuedRecipient recipient : mail.recipients()) {
      byRoute
          .computeIfAbsent(route(recipient.recipient()), route -> new ArrayList<>())
          .add(recipient);
    }
    List<CompletableFuture<List<Transport.Report>>> reports = new ArrayList<>();
    List<Acceptance.Delivery> home = new ArrayList<>(); // in the order of their reports
    byRoute.forEach(
        (route, recipients) -> {
          if (route instanceof Route.Onward hop) {
            reports.add(onward(mail.with(recipients), hop).toCompletableFuture());
          } else if (route instanceof Route.ToMailbox mailbox) {
            recipients.forEach(
                r -> home.add(delivery(mail.sender(), r.recipient(), mailbox.account())));
            reports.add(all(recipients, DELIVERED));
          } else if (route instanceof Route.Nowhere none) {
            reports.add(all(recipients, nowhere(none)));
          }
        });
    return CompletableFuture.allOf(reports.toArray(CompletableFuture[]::new))
        .thenApplyAsync(
            done -> settle(mail, reports.stream().flatMap(r -> r.join().stream()).toList(), home),
            workers);
  }

  private CompletionStage<List<Transport.Report>> onward(QueuedMail mail, Route.Onward hop) {
    Transport transport = transports.get(hop.transport());
    if (transport == null) {
      return all(mail.recipients(), NO_TRANSPORT);
    }
    try {
      return transport.deliver(mail, hop.nextHop());
    } catch (RuntimeException e) {
      LOG.error("{}: the transport {} failed", mail.id(), hop.transport(), e);
      return all(
          mail.recipients(),
          new DeliveryResult.Deferred("none", "4.3.0", "mail transport failed: " + e));
    }
  }

  private static DeliveryResult nowhere(Route.Nowhere none) {
    return none.code() >= 500
        ? new DeliveryResult.Bounced("none", none.status(), none.text())
        : new DeliveryResult.Deferred("none", none.status(), none.text());
  }

  private static CompletableFuture<List<Transport.Report>> all(
      List<QueuedMail.QueuedRecipient> recipients, DeliveryResult result) {
    return CompletableFuture.completedFuture(
        recipients.stream().map(r -> new Transport.Report(r, result)).toList());
  }

  private Outcome settle(
      QueuedMail mail, List<Transport.Report> reports, List<Acceptance.Delivery> home) {
    try {
      settleAsFarAsThereIsRoom(mail, reports, home);
      return outcome(reports);
    } catch (RuntimeException e) {
      // What was delivered must not be sent again because a notification has no room on the disk.
      LOG.warn("{}: settled without notifications, which wait: {}", mail.id(), e.getMessage());
      settleBarely(mail, reports);
      return Outcome.ANSWERED;
    }
  }

  /** What is in a mailbox here says nothing about the next hop. */
  private static Outcome outcome(List<Transport.Report> reports) {
    List<Transport.Report> onward =
        reports.stream().filter(report -> !DELIVERED.equals(report.result())).toList();
    return !onward.isEmpty() && onward.stream().allMatch(MailFlow::isUnreachable)
        ? Outcome.UNREACHABLE
        : Outcome.ANSWERED;
  }

  private void settleAsFarAsThereIsRoom(
      QueuedMail mail, List<Transport.Report> reports, List<Acceptance.Delivery> home) {
    try {
      settleWith(mail, reports, home, false);
    } catch (OverQuota e) {
      // The mailbox of whoever is told, or one that the mail has come home to: theirs to delete
      // something; until then it waits like any other mail.
      settleFull(mail, reports, home);
    }
  }

  /**
   * First what has left, which must not be sent again whatever follows; then each mailbox here for
   * itself, so that a full one holds back nobody else's mail.
   */
  private void settleFull(
      QueuedMail mail, List<Transport.Report> reports, List<Acceptance.Delivery> home) {
    List<Transport.Report> onward = new ArrayList<>();
    List<Transport.Report> here = new ArrayList<>();
    for (Transport.Report report : reports) {
      (DELIVERED.equals(report.result()) ? here : onward).add(report);
    }
    if (!onward.isEmpty()) {
      settleWith(mail, onward, List.of(), true);
    }
    for (int i = 0; i < here.size(); i++) {
      Transport.Report report = here.get(i);
      try {
        settleWith(mail, List.of(report), List.of(home.get(i)), true);
      } catch (OverQuota e) {
        settleWith(mail, List.of(new Transport.Report(report.recipient(), FULL)), List.of(), true);
      }
    }
  }

  /** Delivered is done; all else is tried again, and what there is to tell is told then. */
  private void settleBarely(QueuedMail mail, List<Transport.Report> reports) {
    Instant next = schedule.next(mail.arrived(), clock.instant());
    List<Settlement> settlements = new ArrayList<>();
    for (Transport.Report report : reports) {
      DeliveryResult result = report.result();
      QueuedMail.QueuedRecipient recipient = report.recipient();
      settlements.add(
          result instanceof DeliveryResult.Delivered && !DELIVERED.equals(result)
              ? new Settlement.Done(recipient.id())
              : new Settlement.Later(
                  recipient.id(),
                  next,
                  result.status() + " " + result.reason(),
                  recipient.delayReported()));
    }
    store.settle(settlements, List.of());
    log(mail, reports, false, clock.instant());
  }

  @Override
  public CompletionStage<Outcome> postpone(QueuedMail mail) {
    return all(mail.recipients(), SUSPENDED)
        .thenApplyAsync(reports -> settle(mail, reports, List.of()), workers);
  }

  /**
   * Settles.
   *
   * @param full whether mailboxes here are full, so that notifications wait in the queue for theirs
   */
  private void settleWith(
      QueuedMail mail,
      List<Transport.Report> reports,
      List<Acceptance.Delivery> home,
      boolean full) {
    Instant now = clock.instant();
    boolean over = schedule.isOver(mail.arrived(), mail.sender().isNull(), now);
    boolean late = schedule.isLate(mail.arrived(), now);
    List<Settlement> settlements = new ArrayList<>();
    List<Bounce.Item> failed = new ArrayList<>();
    List<Bounce.Item> delayed = new ArrayList<>();
    List<Bounce.Item> relayed = new ArrayList<>();
    for (Transport.Report report : reports) {
      QueuedMail.QueuedRecipient recipient = report.recipient();
      Bounce.Item item = new Bounce.Item(recipient, report.result());
      Set<Notify> wishes = recipient.recipient().reportOn();
      if (report.result() instanceof DeliveryResult.Delivered delivered) {
        settlements.add(new Settlement.Done(recipient.id()));
        if (wishes.contains(Notify.SUCCESS) && !delivered.reports()) {
          relayed.add(item);
        }
      } else if (report.result() instanceof DeliveryResult.Bounced || over) {
        settlements.add(new Settlement.Done(recipient.id()));
        if (wishes.isEmpty() || wishes.contains(Notify.FAILURE)) {
          failed.add(item);
        }
      } else {
        boolean tell =
            late
                && !recipient.delayReported()
                && (wishes.isEmpty() || wishes.contains(Notify.DELAY));
        settlements.add(
            new Settlement.Later(
                recipient.id(),
                schedule.next(mail.arrived(), now),
                report.result().status() + " " + report.result().reason(),
                recipient.delayReported() || tell));
        if (tell) {
          delayed.add(item);
        }
      }
    }
    List<Notification> told = new ArrayList<>();
    try {
      tell(told, mail, Bounce.Kind.FAILED, failed);
      tell(told, mail, Bounce.Kind.DELAYED, delayed);
      tell(told, mail, Bounce.Kind.RELAYED, relayed);
      List<Acceptance> entering = new ArrayList<>();
      if (full) {
        told.replaceAll(one -> new Notification(one.kind(), queued(one.report())));
      }
      told.forEach(notification -> entering.add(notification.report()));
      if (!home.isEmpty()) {
        entering.add(HomeComing.of(mail, home));
      }
      store.settle(settlements, entering);
      log(mail, reports, over, now);
      log(mail, told);
    } finally {
      told.forEach(notification -> notification.report().mail().content().close());
    }
  }

  /** With its mailboxes full, a mail waits in the queue; each attempt routes it to them anew. */
  private static Acceptance queued(Acceptance mail) {
    List<Acceptance.Onward> onward = new ArrayList<>(mail.onward());
    for (Recipient recipient : mail.mail().envelope().recipients()) {
      if (mail.onward().stream().noneMatch(one -> one.recipient().equals(recipient))) {
        onward.add(Acceptance.Onward.home(recipient));
      }
    }
    return new Acceptance(mail.mail(), List.of(), onward);
  }

  private record Notification(Bounce.Kind kind, Acceptance report) {}

  private void tell(
      List<Notification> told, QueuedMail mail, Bounce.Kind kind, List<Bounce.Item> items) {
    // RFC 5321, 6.1: nobody is told of a notification's own failure.
    if (!items.isEmpty() && !mail.sender().isNull()) {
      Instant until = mail.arrived().plus(schedule.lifetime());
      Acceptance report = plan(bounce.write(store.newId(), mail, kind, items, until));
      told.add(new Notification(kind, report));
    }
  }

  private void log(
      QueuedMail mail, List<Transport.Report> reports, boolean over, Instant attempted) {
    Duration delay = Duration.between(mail.arrived(), attempted);
    for (Transport.Report report : reports) {
      DeliveryResult result = report.result();
      log.attempted(
          mail.id(),
          report.recipient().recipient().address(),
          result.relay(),
          delay,
          result.status(),
          status(result, over),
          result.reason());
    }
  }

  private void log(QueuedMail mail, List<Notification> told) {
    for (Notification notification : told) {
      Acceptance report = notification.report();
      log.notified(mail.id(), notification.kind().logName(), report.mail().id());
      logDeliveries(report);
    }
  }

  private static String status(DeliveryResult result, boolean over) {
    if (result instanceof DeliveryResult.Delivered) {
      return "sent";
    }
    if (result instanceof DeliveryResult.Bounced) {
      return "bounced";
    }
    return over ? "expired" : "deferred";
  }

  private static boolean isUnreachable(Transport.Report report) {
    return report.result() instanceof DeliveryResult.Deferred deferred
        && deferred.status().startsWith("4.4.1");
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
        // attempt finds it undeliverable and tells the sender.
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
        account.id(), MailboxName.INBOX, recipient, Content.of(header.getBytes(UTF_8)));
  }
}
