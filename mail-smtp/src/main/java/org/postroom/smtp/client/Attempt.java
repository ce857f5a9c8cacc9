package org.postroom.smtp.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.ReversePath;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.Transport.Report;
import org.postroom.core.flow.NextHop;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.wire.ConnectOptions;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.TlsFailed;
import org.postroom.smtp.client.TargetFinder.Found;
import org.postroom.smtp.client.sasl.LogInFailed;
import org.postroom.smtp.client.tls.BadPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt to send a mail: by each of the next hops until one takes it; by an idle connection to
 * it if there is one, else by its targets one after the other. Recipients that a server puts off
 * (4xx) are tried with the next one, as long as there is one and no more than so many have been
 * talked to.
 */
final class Attempt {
  /** RFC 8689, 4.2.1: there is no TLS that is safe enough for a mail that requires it. */
  static final String NO_TLS = "5.7.10";

  private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

  private final Outfit outfit;
  private final IdleConnections idle;
  private final SmtpClientOptions options;
  private final QueuedMail mail;
  private final PutOff putOff;

  /** Servers of the way that is being tried. */
  private int talkedTo;

  private final ReversePath sender;
  private final CompletableFuture<List<Report>> done = new CompletableFuture<>();
  private final List<Trouble> troubles = new ArrayList<>();

  /** Why hosts beside those that were asked are not known now: one of them may take the mail. */
  private final List<Trouble> unseen = new ArrayList<>();

  private Iterator<CompletionStage<Way>> otherWays = Collections.emptyIterator();
  private volatile @Nullable Connection current;

  /**
   * One at a mail.
   *
   * @param mail as the server is to see it
   * @param sender as we know him
   */
  @SuppressWarnings("FutureReturnValueIgnored") // nothing that fails is in it
  Attempt(Outfit outfit, IdleConnections idle, QueuedMail mail, ReversePath sender) {
    this.outfit = outfit;
    this.idle = idle;
    this.options = outfit.options();
    this.mail = mail;
    this.putOff = new PutOff(mail);
    this.sender = sender;
    done.whenComplete(
        (reports, trouble) -> {
          if (done.isCancelled()) {
            cut();
          }
        });
  }

  /**
   * What came of one of the ways or targets.
   *
   * @param rests whether the next mail would meet with the same, so that the destination is given a
   *     rest: nobody was there, or wanted to hear of us
   */
  private record Trouble(String status, String reason, boolean rests) {
    static Trouble unreachable(String reason) {
      return new Trouble("4.4.1", reason, true);
    }

    /** Whether another attempt would meet with the same: REQUIRETLS says to return the mail. */
    boolean isFinal() {
      return status.startsWith("5.");
    }

    /** No target: the look-ups have found none, or hosts that are there must not be gone to. */
    static Trouble of(DeliveryResult none) {
      return none.status().startsWith(".4.", 1)
          ? unreachable(none.reason())
          : new Trouble(none.status(), none.reason(), false);
    }
  }

  /**
   * Begins. On a worker: tables are asked.
   *
   * @param nextHop one or several, as configuration writes them
   */
  CompletionStage<List<Report>> begin(String nextHop) {
    guarded(
        () -> {
          try {
            otherWays = ways(nextHop).iterator();
          } catch (NextHop.Malformed e) {
            end(new DeliveryResult.Deferred("none", "4.3.5", String.valueOf(e.getMessage())));
            return;
          } catch (BadPolicy e) {
            end(new DeliveryResult.Deferred("none", "4.7.5", String.valueOf(e.getMessage())));
            return;
          } catch (LookupUnavailable e) {
            end(unknown(e));
            return;
          }
          tryNextWay();
        });
    return done;
  }

  /** Each is there when it is known how safe it must be. */
  private List<CompletionStage<Way>> ways(String nextHop) {
    return options.hops(nextHop).stream()
        .map(hop -> outfit.security().wayTo(hop, mail, sender))
        .toList();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // nothing that fails is in it
  private void tryNextWay() {
    otherWays
        .next()
        .whenComplete(
            (way, trouble) ->
                guarded(
                    () -> {
                      if (trouble != null) {
                        throw new IllegalStateException("a policy for TLS failed", trouble);
                      }
                      tryWay(way);
                    }));
  }

  private static DeliveryResult unknown(LookupUnavailable e) {
    return new DeliveryResult.Deferred("none", "4.3.0", "a table has no answer: " + e.getMessage());
  }

  /** Nobody waits for the attempt any more. */
  private void cut() {
    Connection open = current;
    if (open != null) {
      open.close();
    }
  }

  /** Has {@link #cut} find the connection that the attempt goes by from now on. */
  private void use(Connection connection) {
    current = connection;
    if (done.isCancelled()) {
      cut();
    }
  }

  private void tryWay(Way way) {
    talkedTo = 0;
    OpenConnection reused = idle.take(way);
    if (reused == null) {
      open(way, Optional.empty());
      return;
    }
    use(reused.connection());
    reused
        .session()
        .submit(
            new ClientSession.Task() {
              @Override
              public void run() {
                guarded(
                    () -> {
                      try {
                        converse(way, reused, Collections.emptyIterator(), false);
                      } catch (Conversation.Stale e) {
                        reused.connection().close();
                        open(way, Optional.empty());
                      }
                    });
              }

              @Override
              public void failed(String reason) {
                guarded(() -> open(way, Optional.empty()));
              }
            });
  }

  /**
   * Looks for the targets of a way, and goes by them.
   *
   * @param used one that was talked to already, by a connection that was open
   */
  private void open(Way way, Optional<Target> used) {
    if (done.isDone()) {
      return;
    }
    outfit
        .finder()
        .find(way, isOurChoice(way.hop()))
        .whenComplete((found, trouble) -> guarded(() -> found(way, used, found, trouble)));
  }

  private void found(
      Way way, Optional<Target> used, @Nullable Found found, @Nullable Throwable trouble) {
    if (found instanceof Found.Targets some) {
      List<Target> targets =
          some.targets().subList(0, Math.min(some.targets().size(), options.addressLimit()));
      some.unseen().forEach(one -> unseen.add(new Trouble(one.status(), one.reason(), false)));
      next(way, targets.stream().filter(one -> !isSame(one, used)).iterator());
    } else if (found instanceof Found.None none
        && otherWays.hasNext()
        && (isOurChoice(way.hop()) || !isDomainsWord(none.result()))) {
      Trouble of = Trouble.of(none.result());
      troubles.add(of.isFinal() && isOurChoice(way.hop()) ? Trouble.of(forNow(none.result())) : of);
      tryNextWay();
    } else if (found instanceof Found.None none) {
      end(isOurChoice(way.hop()) ? forNow(none.result()) : none.result());
    } else {
      end(TargetFinder.failed(trouble));
    }
  }

  private static boolean isSame(Target one, Optional<Target> used) {
    return used.map(Target::place).equals(Optional.of(one.place()));
  }

  /** Whether the recipients' domain says itself that its mail goes nowhere, or to us. */
  private static boolean isDomainsWord(DeliveryResult result) {
    return result instanceof DeliveryResult.Bounced && !result.status().equals("5.4.4");
  }

  /** Whether the next hop is our configuration's, and not the recipients' own domain. */
  private boolean isOurChoice(NextHop hop) {
    return !putOff.isTheirOwn(hop, options.defaultPort());
  }

  /** A relay host that is not found is our fault, and never the mail's. */
  private DeliveryResult forNow(DeliveryResult result) {
    return new DeliveryResult.Deferred(
        result.relay(),
        result instanceof DeliveryResult.Bounced ? "4.3.5" : result.status(),
        result.reason());
  }

  private void next(Way way, Iterator<Target> targets) {
    if (done.isDone()) {
      return;
    }
    if (targets.hasNext() && talkedTo < options.sessionLimit()) {
      connect(way, targets.next(), targets, true);
    } else if (otherWays.hasNext()) {
      tryNextWay();
    } else {
      giveUp();
    }
  }

  /** Of several troubles, one that may pass with the next mail says more than nobody's answer. */
  private void giveUp() {
    if (troubles.isEmpty()) { // all who are left were put off by the only server
      done.complete(putOff.reports());
      return;
    }
    if (troubles.stream().allMatch(Trouble::isFinal)) {
      troubles.addAll(unseen);
    }
    String reasons = String.join("; ", troubles.stream().map(Trouble::reason).toList());
    List<Trouble> open = troubles.stream().filter(one -> !one.isFinal()).toList();
    if (open.isEmpty()) {
      end(new DeliveryResult.Bounced("none", last(troubles).status(), reasons));
      return;
    }
    List<Trouble> passing = open.stream().filter(one -> !one.rests()).toList();
    end(
        passing.isEmpty()
            ? new DeliveryResult.Unreachable("none", last(open).status(), reasons)
            : new DeliveryResult.Deferred("none", last(passing).status(), reasons));
  }

  private static Trouble last(List<Trouble> some) {
    return some.get(some.size() - 1);
  }

  private void connect(Way way, Target target, Iterator<Target> others, boolean useTls) {
    outfit
        .wire()
        .connect(
            target.place(),
            new ConnectOptions(
                options.connectTimeout(),
                options.source(target.place()),
                Reply.MAX_LINE,
                tlsFirst(way, target, others)),
            connection -> {
              ClientSession session = new ClientSession(connection, options.greetingTimeout());
              use(connection);
              Conversation conversation =
                  new Conversation(connection, outfit, way, target, putOff.mail(), sender);
              greet(
                  way,
                  new OpenConnection(target, connection, session, conversation),
                  others,
                  useTls);
              return session;
            })
        .whenComplete(
            (connection, trouble) ->
                guarded(
                    () -> {
                      if (trouble != null) {
                        troubles.add(Trouble.unreachable(target.unreached(trouble)));
                        next(way, others);
                      } else if (outfit.security().wrapped()) {
                        use(connection); // it shakes hands first
                      }
                    }));
  }

  private Optional<ConnectOptions.TlsFirst> tlsFirst(
      Way way, Target target, Iterator<Target> others) {
    return outfit.security().wrapped()
        ? Optional.of(
            new ConnectOptions.TlsFirst(
                outfit.security().contextFor(target),
                target.tls().nameFor(way.hop(), target.host()),
                reason ->
                    guarded(
                        () -> {
                          troubles.add(noTls(target, reason));
                          next(way, others);
                        })))
        : Optional.empty();
  }

  private static Trouble noTls(Target target, String reason) {
    return new Trouble(
        "4.7.5", "Cannot start TLS with " + target + ": handshake failure: " + reason, false);
  }

  /** What is said first, as soon as the server has greeted. */
  private void greet(Way way, OpenConnection open, Iterator<Target> others, boolean useTls) {
    Target target = open.target();
    open.session()
        .submit(
            new ClientSession.Task() {
              @Override
              public void run() {
                guarded(() -> greeted(way, open, others, useTls));
              }

              @Override
              public void failed(String reason) {
                guarded(
                    () -> {
                      troubles.add(
                          Trouble.unreachable(
                              reason + " with " + target + " while receiving the greeting"));
                      open.connection().close();
                      next(way, others);
                    });
              }
            });
  }

  /** The server has said something: greets it in turn, and goes on with it or with the next. */
  private void greeted(Way way, OpenConnection open, Iterator<Target> others, boolean useTls) {
    try {
      open.conversation().greet(useTls);
    } catch (TlsFailed e) {
      open.connection().close();
      withoutTls(way, open.target(), others, String.valueOf(e.getMessage()));
      return;
    } catch (Conversation.NotServed e) {
      if (e.endsAttempt()) {
        leave(
            open,
            () ->
                end(
                    new DeliveryResult.Bounced(
                        open.target().toString(), e.status(), String.valueOf(e.getMessage()))));
        return;
      }
      // What it says of its own accord is the same for each mail; what it lacks may be mended.
      boolean rests = e.status().equals("4.4.1");
      troubles.add(new Trouble(e.status(), String.valueOf(e.getMessage()), rests));
      leave(open, () -> next(way, others));
      return;
    } catch (LogInFailed e) {
      leave(open, () -> noLogIn(way, open.target(), others, e));
      return;
    } catch (LookupUnavailable e) {
      leave(open, () -> end(unknown(e)));
      return;
    } catch (WireFault e) {
      troubles.add(
          Trouble.unreachable(
              "lost connection with " + open.target() + " while " + open.conversation().step()));
      open.connection().close();
      next(way, others);
      return;
    } catch (RuntimeException | Error e) {
      open.connection().close();
      throw e;
    }
    converse(way, open, others, true);
  }

  /** Goodbye comes last: its answer may take minutes, for which no mail waits. */
  private static void leave(OpenConnection open, Runnable goOn) {
    try {
      goOn.run();
    } finally {
      open.conversation().quit();
    }
  }

  /**
   * Opportunistic: in the end better in clear than not at all. But not at once, so that whoever can
   * disturb a handshake does not thereby read the mail; and never where we log in.
   */
  private void withoutTls(Way way, Target target, Iterator<Target> others, String why) {
    if (mayGoInClear(way, target)) {
      connect(way, target, others, false);
      return;
    }
    troubles.add(noTls(target, why));
    next(way, others);
  }

  private boolean mayGoInClear(Way way, Target target) {
    Duration age = Duration.between(mail.arrived(), outfit.clock().instant());
    if (!target.mayDoWithoutTls() || age.compareTo(options.clearAfter()) < 0) {
      return false;
    }
    try {
      return outfit
          .security()
          .logIns()
          .find(way.sender(), target.host(), way.hop().written())
          .isEmpty();
    } catch (LookupUnavailable | LogInFailed e) {
      return false; // nobody knows
    }
  }

  /**
   * The next mail would be refused as this one is, and servers lock an account at which wrong
   * passwords are tried again and again.
   */
  private void noLogIn(Way way, Target target, Iterator<Target> others, LogInFailed why) {
    String reason = String.valueOf(why.getMessage());
    if (why.isPermanent()) {
      end(new DeliveryResult.Bounced(target.toString(), why.status(), reason));
      return;
    }
    // Another sender's log-in may be a good one.
    boolean rests = !outfit.security().logIns().dependOnSender();
    troubles.add(new Trouble(why.status(), reason, rests));
    // Its other addresses would count the same wrong password once more.
    next(way, why.isRefused() ? Collections.emptyIterator() : others);
  }

  private void converse(Way way, OpenConnection open, Iterator<Target> others, boolean fresh) {
    try {
      List<Report> reports = open.conversation().send(putOff.mail(), sender, fresh);
      talkedTo++;
      boolean last = putOff.hear(reports) || !isAnotherLeft(others, fresh);
      Runnable goOn =
          last ? () -> done.complete(putOff.reports()) : () -> goOn(way, open, others, fresh);
      // Back into the pool first: the next mail may be under way before this one is settled.
      if (open.conversation().usable() && idle.put(way, open)) {
        goOn.run();
      } else {
        leave(open, goOn);
      }
    } catch (Conversation.Stale e) {
      throw e;
    } catch (WireFault e) {
      // After the final dot nobody knows whether it was taken; a duplicate is better than a loss.
      open.connection().close();
      talkedTo++;
      String reason =
          "lost connection with " + open.target() + " while sending the mail: " + e.getMessage();
      if (!open.conversation().mayBeTaken() && isAnotherLeft(others, fresh)) {
        troubles.add(new Trouble("4.4.2", reason, false));
        goOn(way, open, others, fresh);
        return;
      }
      end(new DeliveryResult.Deferred(open.target().toString(), "4.4.2", reason));
    } catch (RuntimeException | Error e) {
      open.connection().close();
      throw e;
    }
  }

  /**
   * Whether there is another server for who is put off, or, by a connection that was open, may be.
   */
  private boolean isAnotherLeft(Iterator<Target> others, boolean fresh) {
    return otherWays.hasNext() || (others.hasNext() || !fresh) && talkedTo < options.sessionLimit();
  }

  /** With the next server; those of a way by which a connection was open are still to be found. */
  private void goOn(Way way, OpenConnection open, Iterator<Target> others, boolean fresh) {
    if (fresh || talkedTo >= options.sessionLimit()) {
      next(way, others);
    } else {
      open(way, Optional.of(open.target()));
    }
  }

  /** One step of the attempt: whatever goes wrong in it, the attempt has an end. */
  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      LOG.error("{}: sending failed", mail.id(), e);
      end(DeliveryResult.fault("sending failed", e));
    } catch (Error e) {
      done.completeExceptionally(e); // who has asked judges whether the machine has failed
    }
  }

  private void end(DeliveryResult result) {
    done.complete(putOff.reports(result));
  }
}
