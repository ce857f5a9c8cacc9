package org.postroom.smtp.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.Report;
import org.postroom.core.config.Settings;
import org.postroom.core.dns.Resolver;
import org.postroom.core.flow.DeliveryResult;
import org.postroom.core.flow.NextHop;
import org.postroom.core.flow.Transport;
import org.postroom.core.part.Premises;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.queue.QueuedMail;
import org.postroom.core.table.Tables;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.ConnectOptions;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.TlsContexts;
import org.postroom.core.wire.TlsFailed;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.WireFault;
import org.postroom.smtp.client.TargetFinder.Found;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes mail to its next hop by SMTP. While names are looked up, connections open and greetings are
 * waited for, no thread is held; a conversation that has begun holds one worker.
 */
public final class SmtpTransport implements Transport, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SmtpTransport.class);

  private final Wire wire;
  private final SmtpClientOptions options;
  private final Optional<GenericAddresses> generic;
  private final TargetFinder finder;
  private final IdleConnections idle;
  private final Clock clock;

  /** One that sends mail as it is. */
  public SmtpTransport(
      Wire wire,
      Resolver resolver,
      SmtpClientOptions options,
      RandomGenerator random,
      Clock clock,
      Timers timers) {
    this(wire, resolver, options, Optional.empty(), random, clock, timers);
  }

  /**
   * One for a server.
   *
   * @param own the addresses that are this machine
   * @throws org.postroom.core.config.BadConfiguration for a table that cannot be had
   */
  public static SmtpTransport of(
      Settings settings, Policy policy, OwnAddresses own, Tables tables, Premises premises) {
    Set<InetAddress> ownAddresses = new HashSet<>(own.proxies());
    own.interfaces().forEach(one -> ownAddresses.add(one.address()));
    GenericAddresses generic = GenericAddresses.of(settings, policy, tables);
    return new SmtpTransport(
        premises.wire(),
        premises.resolver(),
        SmtpClientParams.options(
            settings,
            Set.of(policy.hostname().name()),
            ownAddresses,
            TlsContexts.opportunisticClient()),
        generic.isEmpty() ? Optional.empty() : Optional.of(generic),
        premises.random(),
        premises.clock(),
        premises.timers());
  }

  private SmtpTransport(
      Wire wire,
      Resolver resolver,
      SmtpClientOptions options,
      Optional<GenericAddresses> generic,
      RandomGenerator random,
      Clock clock,
      Timers timers) {
    this.wire = wire;
    this.options = options;
    this.generic = generic;
    this.clock = clock;
    this.finder = new TargetFinder(resolver, options, random, timers);
    this.idle = new IdleConnections(options, clock, timers);
  }

  @Override
  public CompletionStage<List<Report>> deliver(QueuedMail mail, String nextHop) {
    return generic.isPresent()
        ? generic.get().through(mail, shown -> send(shown, nextHop))
        : send(mail, nextHop);
  }

  private CompletionStage<List<Report>> send(QueuedMail mail, String nextHop) {
    Attempt attempt = new Attempt(mail);
    attempt.guarded(
        () -> {
          try {
            attempt.begin(NextHop.list(nextHop, options.defaultPort()).iterator());
          } catch (NextHop.Malformed e) {
            attempt.end(
                new DeliveryResult.Deferred("none", "4.3.5", String.valueOf(e.getMessage())));
          }
        });
    return attempt.done;
  }

  /** Closes connections that wait to be used again. */
  @Override
  public void close() {
    idle.close();
  }

  /**
   * One attempt: by each of the next hops until one takes the mail; an idle connection to it if
   * there is one, else its targets one after the other.
   */
  private final class Attempt {
    private final QueuedMail mail;
    private final CompletableFuture<List<Report>> done = new CompletableFuture<>();
    private final List<String> troubles = new ArrayList<>();
    private Iterator<NextHop> otherHops = Collections.emptyIterator();
    private boolean tlsFailed;
    private volatile @Nullable Connection current;

    @SuppressWarnings("FutureReturnValueIgnored") // nothing that fails is in it
    Attempt(QueuedMail mail) {
      this.mail = mail;
      done.whenComplete(
          (reports, trouble) -> {
            if (done.isCancelled()) {
              cut();
            }
          });
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

    void begin(Iterator<NextHop> hops) {
      NextHop first = hops.next();
      otherHops = hops;
      tryHop(first);
    }

    private void tryHop(NextHop hop) {
      OpenConnection reused = idle.take(hop.toString());
      if (reused == null) {
        open(hop);
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
                          converse(hop, reused, false);
                        } catch (Conversation.Stale e) {
                          reused.connection().close();
                          open(hop);
                        }
                      });
                }

                @Override
                public void failed(String reason) {
                  guarded(() -> open(hop));
                }
              });
    }

    private void open(NextHop hop) {
      if (done.isDone()) {
        return;
      }
      finder
          .find(hop, isOurChoice(hop))
          .whenComplete((found, trouble) -> guarded(() -> found(hop, found, trouble)));
    }

    private void found(NextHop hop, @Nullable Found found, @Nullable Throwable trouble) {
      if (found instanceof Found.Targets some) {
        List<Target> targets =
            some.targets().subList(0, Math.min(some.targets().size(), options.addressLimit()));
        next(hop, targets.iterator());
      } else if (found instanceof Found.None none && otherHops.hasNext()) {
        troubles.add(none.result().reason());
        tryHop(otherHops.next());
      } else if (found instanceof Found.None none) {
        end(isOurChoice(hop) ? forNow(none.result()) : none.result());
      } else {
        end(new DeliveryResult.Deferred("none", "4.4.3", "look-up failed: " + trouble));
      }
    }

    /** Whether the next hop is our configuration's, and not the recipients' own domain. */
    private boolean isOurChoice(NextHop hop) {
      return mail.recipients().stream()
          .map(r -> NextHop.of(r.recipient().address().domain(), options.defaultPort()))
          .anyMatch(own -> !own.equals(hop));
    }

    /** A relay host that is not found is our fault, and never the mail's. */
    private DeliveryResult forNow(DeliveryResult result) {
      return new DeliveryResult.Deferred(
          result.relay(),
          result instanceof DeliveryResult.Bounced ? "4.3.5" : result.status(),
          result.reason());
    }

    private void next(NextHop hop, Iterator<Target> targets) {
      if (done.isDone()) {
        return;
      }
      if (targets.hasNext()) {
        connect(hop, targets.next(), targets, true);
        return;
      }
      if (otherHops.hasNext()) {
        tryHop(otherHops.next());
        return;
      }
      String reasons = String.join("; ", troubles);
      // A host whose handshake fails can be reached.
      end(
          tlsFailed
              ? new DeliveryResult.Deferred("none", "4.7.5", reasons)
              : new DeliveryResult.Unreachable("none", "4.4.1", reasons));
    }

    private void connect(NextHop hop, Target target, Iterator<Target> others, boolean useTls) {
      wire.connect(
              new InetSocketAddress(target.address(), target.port()),
              new ConnectOptions(options.connectTimeout(), options.bind(), Reply.MAX_LINE),
              connection -> {
                ClientSession session = new ClientSession(connection);
                use(connection);
                greet(
                    hop,
                    new OpenConnection(
                        target, connection, session, new Conversation(connection, options, target)),
                    others,
                    useTls);
                return session;
              })
          .whenComplete(
              (connection, trouble) ->
                  guarded(
                      () -> {
                        if (trouble != null) {
                          troubles.add("connect to " + target + ": " + reason(trouble));
                          next(hop, others);
                        }
                      }));
    }

    /** What is said first, as soon as the server has greeted. */
    private void greet(NextHop hop, OpenConnection open, Iterator<Target> others, boolean useTls) {
      Target target = open.target();
      open.session()
          .submit(
              new ClientSession.Task() {
                @Override
                public void run() {
                  guarded(() -> greeted(hop, open, others, useTls));
                }

                @Override
                public void failed(String reason) {
                  guarded(
                      () -> {
                        troubles.add(reason + " with " + target + " while receiving the greeting");
                        open.connection().close();
                        next(hop, others);
                      });
                }
              });
    }

    /** The server has said something: greets it in turn, and goes on with it or with the next. */
    private void greeted(
        NextHop hop, OpenConnection open, Iterator<Target> others, boolean useTls) {
      try {
        open.conversation().greet(useTls);
      } catch (TlsFailed e) {
        open.connection().close();
        withoutTls(hop, open.target(), others);
        return;
      } catch (Conversation.NotServed e) {
        troubles.add(String.valueOf(e.getMessage()));
        open.conversation().quit();
        next(hop, others);
        return;
      } catch (WireFault e) {
        troubles.add("lost connection with " + open.target() + " while receiving the greeting");
        open.connection().close();
        next(hop, others);
        return;
      } catch (RuntimeException | Error e) {
        open.connection().close();
        throw e;
      }
      converse(hop, open, true);
    }

    /**
     * Opportunistic: in the end better in clear than not at all. But not at once, so that whoever
     * can disturb a handshake does not thereby read the mail.
     */
    private void withoutTls(NextHop hop, Target target, Iterator<Target> others) {
      Duration age = Duration.between(mail.arrived(), clock.instant());
      if (age.compareTo(options.clearAfter()) >= 0) {
        connect(hop, target, others, false);
        return;
      }
      tlsFailed = true;
      troubles.add("Cannot start TLS with " + target + ": handshake failure");
      next(hop, others);
    }

    private void converse(NextHop hop, OpenConnection open, boolean fresh) {
      try {
        List<Report> reports = open.conversation().send(mail, fresh);
        // Back into the pool first: the next mail may be under way before this one is settled.
        if (open.conversation().usable()) {
          idle.put(hop.toString(), open);
        } else {
          open.conversation().quit();
        }
        done.complete(reports);
      } catch (Conversation.Stale e) {
        throw e;
      } catch (WireFault e) {
        // After the final dot nobody knows whether it was taken; a duplicate is better than a loss.
        open.connection().close();
        end(
            new DeliveryResult.Deferred(
                open.target().toString(),
                "4.4.2",
                "lost connection with "
                    + open.target()
                    + " while sending the mail: "
                    + e.getMessage()));
      } catch (RuntimeException | Error e) {
        open.connection().close();
        throw e;
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
      done.complete(Report.all(mail, result));
    }

    private String reason(Throwable trouble) {
      Throwable cause =
          trouble instanceof CompletionException && trouble.getCause() != null
              ? trouble.getCause()
              : trouble;
      return String.valueOf(cause.getMessage());
    }
  }

  /** A connection with what is known about its far side. */
  record OpenConnection(
      Target target, Connection connection, ClientSession session, Conversation conversation) {}
}
