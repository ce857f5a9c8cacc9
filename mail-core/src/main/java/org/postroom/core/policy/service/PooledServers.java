package org.postroom.core.policy.service;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.postroom.core.log.PolicyLog;
import org.postroom.core.time.Timers;

/** All policy servers that are asked, each with its own connections. */
final class PooledServers implements PolicyServers {
  private final Connector connector;
  private final Timers timers;
  private final PolicyLog log = new PolicyLog();
  private final Map<Asked, Connections> servers = new HashMap<>();
  private boolean closed;

  /** Connections are shared by who asks under the same conditions. */
  private record Asked(PolicyService.Peer peer, PolicyService.Limits limits) {}

  PooledServers(Connector connector, Timers timers) {
    this.connector = connector;
    this.timers = timers;
  }

  @Override
  public CompletionStage<String> ask(PolicyService service, String request) {
    Connections connections;
    synchronized (this) {
      if (closed) {
        return CompletableFuture.failedFuture(new PolicyTrouble("nobody is asked any more"));
      }
      connections =
          servers.computeIfAbsent(
              new Asked(service.peer(), service.limits()),
              asked -> new Connections(service, connector, timers));
    }
    return ask(connections, service, request, service.limits().tries());
  }

  /** Asks, and asks again, as often as it may. */
  private CompletionStage<String> ask(
      Connections connections, PolicyService service, String request, int tries) {
    return connections
        .ask(request)
        .<CompletionStage<String>>handle(
            (action, trouble) -> {
              if (trouble == null) {
                return CompletableFuture.completedFuture(action);
              }
              log.trouble(service.toString(), Connections.told(trouble));
              return tries > 1
                  ? pause(service).thenCompose(p -> ask(connections, service, request, tries - 1))
                  : CompletableFuture.failedFuture(new PolicyTrouble(Connections.told(trouble)));
            })
        .thenCompose(answer -> answer);
  }

  private CompletableFuture<Boolean> pause(PolicyService service) {
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    timers.after(service.limits().retryDelay(), () -> over.complete(true));
    return over;
  }

  @Override
  public void close() {
    List<Connections> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(servers.values());
      servers.clear();
    }
    all.forEach(Connections::close);
  }
}
