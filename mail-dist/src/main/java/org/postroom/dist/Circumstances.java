package org.postroom.dist;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.Argon2;
import org.postroom.core.auth.FirstUse;
import org.postroom.core.config.Settings;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.lookup.DnsResolver;
import org.postroom.core.life.Lifeline;
import org.postroom.core.machine.SystemTimers;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Ear;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.WireOptions;
import org.postroom.core.wire.Wires;
import org.postroom.core.wire.Workers;
import org.postroom.dist.assembly.Disturbance;
import org.postroom.dist.config.Interfaces;
import org.postroom.dist.config.ServerParams;
import org.postroom.dist.operation.Operation;

/**
 * Time, names and the network that a server goes by: the machine's, where {@link ServerBuilder} was
 * told of no others; what its passwords are worth, and what it can be asked for besides.
 */
final class Circumstances {
  private static final Duration DNS_TIMEOUT = Duration.ofSeconds(10);

  @Nullable Timers timers;
  @Nullable Resolver resolver;
  @Nullable Executor workers;
  @Nullable Ear ear;
  UnaryOperator<Wire> wire = UnaryOperator.identity();
  Disturbance disturbance = Disturbance.NONE;
  Argon2.Cost hashing = Argon2.Cost.DEFAULT;
  final List<Operation<?, ?>> operations = new ArrayList<>();

  /** The machine's. */
  Circumstances() {}

  /** The same, whatever is said to the other from now on. */
  Circumstances(Circumstances other) {
    timers = other.timers;
    resolver = other.resolver;
    workers = other.workers;
    ear = other.ear;
    wire = other.wire;
    disturbance = other.disturbance;
    hashing = other.hashing;
    operations.addAll(other.operations);
  }

  /** What deadlines go by; the server's own are closed with it. */
  Timers timers(Lifeline lifeline, Owned owned) {
    return timers == null ? owned.add(new SystemTimers("postroom-timers", lifeline)) : timers;
  }

  /**
   * Refuses threads that the server cannot work on.
   *
   * @throws IllegalArgumentException for an executor that runs tasks in their caller
   * @throws java.util.concurrent.RejectedExecutionException for one that takes none
   */
  void checkWorkers() {
    if (workers != null) {
      Workers.check(workers);
    }
  }

  /** What runs work that may block. */
  Workers workers(Settings settings, Timers by, Lifeline lifeline) {
    return workers == null
        ? Workers.named("postroom-worker", settings.get(ServerParams.WORKERS), lifeline)
        : Workers.of(workers, by, lifeline);
  }

  /**
   * Begins what the first server of a process would wait for, whatever it is to be like.
   *
   * @param owned takes what waits for the end of it
   */
  static void ahead(Owned owned) {
    owned.add(Wires.ahead());
    FirstUse.begin();
    owned.add(FirstUse::ofCryptography);
  }

  /** The network. */
  Wire wire(WireOptions options, Timers by, Workers workers, Lifeline lifeline) {
    WireOptions all = options.withEar(ear).withMeddler(disturbance.wire());
    return wire.apply(Wires.open(all, by, workers, workers.orNot(), lifeline));
  }

  /**
   * Looks up names; of their addresses, those that are used alone.
   *
   * @param network by which the machine's name servers are asked
   * @param clock by which signatures are valid
   */
  Resolver names(Settings settings, Wire network, Workers workers, Clock clock) {
    Resolver names =
        resolver == null
            ? DnsResolver.ofSystem(network.questions(), DNS_TIMEOUT, workers, clock)
            : resolver;
    return names.only(Interfaces.family(settings)::contains);
  }
}
