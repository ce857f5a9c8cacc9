package org.postroom.smtp.server;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.fact.Fact;
import org.postroom.core.time.Timers;

/**
 * A client's name: what the DNS says of its address, when the name leads back to that address.
 * Looked up while the client is talking already.
 */
final class ClientName implements Fact<String> {
  private static final String UNKNOWN = "unknown";
  private static final int NAMES_TRIED = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final CompletableFuture<String> name;
  private final Timers timers;

  private ClientName(CompletableFuture<String> name, Timers timers) {
    this.name = name;
    this.timers = timers;
  }

  static ClientName of(InetAddress address, Listening listening) {
    return new ClientName(name(address, listening), listening.services().timers());
  }

  private static CompletableFuture<String> name(InetAddress address, Listening listening) {
    if (!listening.settings().get(SmtpParams.PEERNAME_LOOKUP)) {
      return CompletableFuture.completedFuture(UNKNOWN);
    }
    if (address.isLoopbackAddress()) {
      // RFC 6761, 6.3: the one name that needs no look-up.
      return CompletableFuture.completedFuture("localhost");
    }
    Resolver resolver = listening.services().resolver();
    return resolver
        .names(address)
        .thenCompose(answer -> verified(resolver, address, answer))
        .toCompletableFuture();
  }

  /** The name, or {@code unknown} while it is not known. */
  String now() {
    return name.isCompletedExceptionally() ? UNKNOWN : name.getNow(UNKNOWN);
  }

  @Override
  public Optional<String> atOnce() {
    return name.isDone() ? Optional.of(now()) : Optional.empty();
  }

  /** Waits for it for a few seconds. */
  @Override
  public CompletionStage<String> ask(Executor mayBlock) {
    CompletableFuture<String> asked = name.exceptionally(trouble -> UNKNOWN);
    Timers.Timer end = timers.after(PATIENCE, () -> asked.complete(UNKNOWN));
    return asked.whenComplete((known, trouble) -> end.cancel());
  }

  @Override
  public String toString() {
    return "client name";
  }

  private static CompletionStage<String> verified(
      Resolver resolver, InetAddress address, Answer<Domain> answer) {
    if (!(answer instanceof Answer.Found<Domain> found)) {
      return CompletableFuture.completedFuture(UNKNOWN);
    }
    List<Domain> names = found.records();
    CompletionStage<String> result = CompletableFuture.completedFuture(UNKNOWN);
    for (Domain candidate : names.subList(0, Math.min(NAMES_TRIED, names.size()))) {
      result =
          result.thenCompose(
              known ->
                  known.equals(UNKNOWN)
                      ? resolver
                          .addresses(candidate)
                          .thenApply(back -> leadsTo(back, address) ? candidate.name() : UNKNOWN)
                      : CompletableFuture.completedFuture(known));
    }
    return result;
  }

  private static boolean leadsTo(Answer<InetAddress> answer, InetAddress address) {
    return answer instanceof Answer.Found<InetAddress> found && found.records().contains(address);
  }
}
