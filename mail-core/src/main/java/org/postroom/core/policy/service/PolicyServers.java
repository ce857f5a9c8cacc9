package org.postroom.core.policy.service;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.postroom.core.dns.Resolver;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Wire;

/** Asks policy servers. Sessions of a server share it; from any thread. */
public interface PolicyServers extends AutoCloseable {

  /** Where nobody can be asked. */
  PolicyServers NONE =
      (service, request) ->
          CompletableFuture.failedFuture(new PolicyTrouble("no policy server can be asked here"));

  /**
   * Those that are reached by {@code wire}, and by sockets of this machine.
   *
   * @param resolver for servers that are named
   * @param timers for those that do not answer
   * @param workers wait for what comes by sockets of this machine
   */
  static PolicyServers open(Wire wire, Resolver resolver, Timers timers, Executor workers) {
    return new PooledServers(new Connector(wire, resolver, workers), timers);
  }

  /**
   * Puts one question. Returns at once; holds no thread while a server is waited for that is
   * reached by TCP.
   *
   * @param request lines of {@code name=value}, each with its LF, and an empty one
   * @return the action that it answers; exceptionally {@link PolicyTrouble}
   */
  CompletionStage<String> ask(PolicyService service, String request);

  /** Closes all connections; nobody is asked any more. */
  @Override
  default void close() {}
}
