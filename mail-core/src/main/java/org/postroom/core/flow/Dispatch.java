package org.postroom.core.flow;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.delivery.Transport;
import org.postroom.core.delivery.Transport.Report;
import org.postroom.core.fact.Facts;
import org.postroom.core.life.Lifeline;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.Attempts;
import org.postroom.core.time.Timers;
import org.postroom.core.trouble.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one attempt: hands the recipients of a mail to the transports that they are routed to now.
 * What waited follows the configuration of today, into a mailbox here if need be.
 *
 * <p>An attempt always ends with a report for each recipient: a transport that throws, leaves
 * recipients out or does not answer within the time limit has said "not now" for them.
 */
final class Dispatch {
  private static final DeliveryResult SUSPENDED =
      new DeliveryResult.Deferred(
          "none", "4.4.1", "delivery temporarily suspended: the destination does not answer");
  private static final Logger LOG = LoggerFactory.getLogger(Dispatch.class);

  private final Router router;
  private final Map<String, Transport> transports;
  private final Duration limit;
  private final Clock clock;
  private final Timers timers;
  private final Executor workers;
  private final Lifeline lifeline;

  /**
   * Joins it to the transports.
   *
   * @param transports by the name that routes give them, beside those that are always there
   * @param limit how long an attempt may take
   * @param workers where attempts are cut off
   * @param lifeline hears of a machine that fails under a transport
   */
  Dispatch(
      Router router,
      Map<String, Transport> transports,
      Duration limit,
      Clock clock,
      Timers timers,
      Executor workers,
      Lifeline lifeline) {
    this.router = router;
    Map<String, Transport> all = new HashMap<>(BuiltInTransports.all());
    all.putAll(transports);
    this.transports = Map.copyOf(all);
    this.limit = limit;
    this.clock = clock;
    this.timers = timers;
    this.workers = workers;
    this.lifeline = lifeline;
  }

  /** A recipient whose mailbox is here by now. */
  record Homecoming(QueuedRecipient recipient, Acceptance.Delivery delivery) {}

  /**
   * An attempt that is over.
   *
   * @param begun when it began
   * @param at when it ended
   * @param reports of those that were to go on
   * @param home those that come into mailboxes here
   * @param answered whether the next hop said anything
   */
  record Ended(
      QueuedMail mail,
      Instant begun,
      Instant at,
      List<Report> reports,
      List<Homecoming> home,
      boolean answered) {

    /** What the attempt says of the destination. */
    Attempts.Outcome outcome() {
      if (!answered) {
        return Attempts.Outcome.UNKNOWN;
      }
      boolean unreachable =
          reports.stream()
              .allMatch(report -> report.result() instanceof DeliveryResult.Unreachable);
      return unreachable ? Attempts.Outcome.UNREACHABLE : Attempts.Outcome.ANSWERED;
    }
  }

  /** An attempt that is not made, because its destination is given a rest. */
  Ended postponed(QueuedMail mail) {
    Instant now = clock.instant();
    return new Ended(mail, now, now, Report.all(mail, SUSPENDED), List.of(), false);
  }

  /** No attempt at all: it is refused for all its recipients before there is one. */
  Ended refused(QueuedMail mail, String status, String reason) {
    Instant now = clock.instant();
    DeliveryResult why = new DeliveryResult.Bounced("none", status, reason);
    return new Ended(mail, now, now, Report.all(mail, why), List.of(), false);
  }

  /** What one transport came to; {@code heard} is whether that is what it said itself. */
  private record Answer(List<Report> reports, boolean heard) {}

  /** Whether mail can leave by {@code transport}. */
  boolean has(String transport) {
    return transports.containsKey(transport) && !isAgents(transport);
  }

  /** As {@link Transport#hosts} has it; empty where there is no such transport. */
  CompletionStage<List<String>> hosts(String transport, String nextHop, Address recipient) {
    return has(transport)
        ? requireNonNull(transports.get(transport)).hosts(nextHop, recipient)
        : CompletableFuture.completedStage(List.of());
  }

  /** To programs and files nothing leads but an alias, which says it by a route of its own. */
  private static boolean isAgents(String transport) {
    return transport.equals(Route.ToAgent.TRANSPORT);
  }

  CompletionStage<Ended> attempt(QueuedMail mail) {
    final Instant begun = clock.instant();
    Map<Route, List<QueuedRecipient>> byRoute = new LinkedHashMap<>();
    List<Report> known = new ArrayList<>();
    List<Homecoming> home = new ArrayList<>();
    for (QueuedRecipient recipient : mail.recipients()) {
      if (recipient.expires()) {
        known.add(new Report(recipient, ended(recipient)));
        continue;
      }
      Route route = route(mail, recipient, known);
      if (route instanceof Route.Here here) {
        home.add(
            new Homecoming(
                recipient, Planner.delivery(mail.sender(), recipient.recipient(), here)));
      } else if (route instanceof Route.Nowhere none) {
        known.add(new Report(recipient, nowhere(none)));
      } else if (route != null) {
        byRoute.computeIfAbsent(route, r -> new ArrayList<>()).add(recipient);
      }
    }
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    byRoute.forEach(
        (route, recipients) ->
            answers.add(
                route instanceof Route.ToAgent agent
                    ? onward(mail.with(recipients), Route.ToAgent.TRANSPORT, agent.what())
                    : onward(mail.with(recipients), (Route.Onward) route)));
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(
            done -> {
              List<Report> reports = new ArrayList<>(known);
              boolean heard = false;
              for (CompletableFuture<Answer> answer : answers) {
                reports.addAll(answer.join().reports());
                heard |= answer.join().heard();
              }
              return new Ended(mail, begun, clock.instant(), List.copyOf(reports), home, heard);
            });
  }

  /** The recipient's route; null where that cannot be said now, which is reported. */
  private @Nullable Route route(QueuedMail mail, QueuedRecipient recipient, List<Report> reports) {
    Optional<Route.Onward> decided = Route.Onward.decided(mail.destination());
    RouteQuery query = new RouteQuery(mail.sender(), recipient.recipient().address(), false);
    try {
      Optional<Route.ToAgent> agent = Route.ToAgent.of(mail.destination());
      if (agent.isPresent()) {
        return router.aside(query, agent.get(), Facts.WAITING);
      }
      return decided.isPresent()
              && router.permits(decided.get())
              && !router.keeps(query, Facts.WAITING)
          ? decided.get()
          : router.route(query, Facts.WAITING);
    } catch (RuntimeException e) {
      LOG.warn("{}: cannot be routed now: {}", mail.id(), e.getMessage());
      reports.add(new Report(recipient, DeliveryResult.fault("cannot be routed now", e)));
      return null;
    }
  }

  /** What is said of one that an administrator has ended: why it waited, where that is known. */
  private static DeliveryResult ended(QueuedRecipient recipient) {
    String reason =
        recipient.lastReason().isEmpty()
            ? "message is administratively expired"
            : recipient.lastReason();
    return new DeliveryResult.Deferred("none", "4.4.7", reason);
  }

  private static DeliveryResult nowhere(Route.Nowhere none) {
    return none.code() >= 500
        ? new DeliveryResult.Bounced("none", none.status(), none.text())
        : new DeliveryResult.Deferred("none", none.status(), none.text());
  }

  private CompletableFuture<Answer> onward(QueuedMail mail, Route.Onward hop) {
    return isAgents(hop.transport())
        ? CompletableFuture.completedFuture(notHeard(mail, unknown(hop.transport())))
        : onward(mail, hop.transport(), hop.nextHop());
  }

  private CompletableFuture<Answer> onward(QueuedMail mail, String name, String nextHop) {
    Transport transport = transports.get(name);
    if (transport == null) {
      return CompletableFuture.completedFuture(notHeard(mail, unknown(name)));
    }
    CompletionStage<List<Report>> said;
    try {
      said = requireNonNull(transport.deliver(mail, nextHop), "no answer at all");
    } catch (RuntimeException | Error e) {
      return CompletableFuture.completedFuture(failed(mail, name, e));
    }
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    Timers.Timer end = timers.after(limit, () -> cutOff(mail, said, answer));
    said.whenComplete(
        (reports, trouble) -> {
          end.cancel();
          answer.complete(trouble == null ? heard(mail, reports) : failed(mail, name, trouble));
        });
    return answer;
  }

  private DeliveryResult unknown(String transport) {
    Set<String> all = new TreeSet<>(transports.keySet());
    all.removeIf(name -> !has(name));
    return new DeliveryResult.Deferred(
        "none",
        "4.3.5",
        "mail transport unavailable: there is no \""
            + transport
            + "\", but "
            + String.join(", ", all));
  }

  private void cutOff(
      QueuedMail mail, CompletionStage<List<Report>> said, CompletableFuture<Answer> answer) {
    timers.handOn(
        workers,
        () -> {
          DeliveryResult late =
              new DeliveryResult.Deferred(
                  "none", "4.4.2", "the attempt took longer than " + limit.toSeconds() + " s");
          if (answer.complete(notHeard(mail, late))) {
            LOG.warn("{}: an attempt is cut off after {} s", mail.id(), limit.toSeconds());
            said.toCompletableFuture().cancel(true);
          }
        });
  }

  private Answer failed(QueuedMail mail, String name, Throwable trouble) {
    LOG.error("{}: the transport {} failed", mail.id(), name, trouble);
    Throwable cause = Reason.cause(trouble);
    lifeline.heed("the transport " + name, cause);
    return notHeard(mail, DeliveryResult.fault("mail transport failed", cause));
  }

  private static Answer notHeard(QueuedMail mail, DeliveryResult result) {
    return new Answer(Transport.Report.all(mail, result), false);
  }

  /** What was said, and "not now" for those that were left out; nobody is reported on twice. */
  private static Answer heard(QueuedMail mail, @Nullable List<Report> said) {
    List<Report> reports = new ArrayList<>();
    Set<QueuedRecipient> left = new HashSet<>(mail.recipients());
    for (Report report : said == null ? List.<Report>of() : said) {
      if (left.remove(report.recipient())) {
        reports.add(report);
      }
    }
    for (QueuedRecipient recipient : left) {
      reports.add(
          new Report(
              recipient,
              new DeliveryResult.Deferred(
                  "none", "4.3.0", "the mail transport did not say what became of it")));
    }
    return new Answer(reports, left.size() < mail.recipients().size());
  }
}
