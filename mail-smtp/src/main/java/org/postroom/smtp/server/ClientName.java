package org.postroom.smtp.server;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;

/**
 * A client's name: what the DNS says of its address, when the name leads back to that address.
 * Looked up while the client is talking already.
 */
final class ClientName {
  private static final String UNKNOWN = "unknown";
  private static final int NAMES_TRIED = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final CompletableFuture<String> name;

  private ClientName(CompletableFuture<String> name) {
    this.name = name;
  }

  static ClientName of(InetAddress address, Listening listening) {
    if (!listening.settings().get(SmtpParams.PEERNAME_LOOKUP)) {
      return new ClientName(CompletableFuture.completedFuture(UNKNOWN));
    }
    if (address.isLoopbackAddress()) {
      // RFC 6761, 6.3: the one name that needs no look-up.
      return new ClientName(CompletableFuture.completedFuture("localhost"));
    }
    Resolver resolver = listening.services().resolver();
    return new ClientName(
        resolver
            .names(address)
            .thenCompose(answer -> verified(resolver, address, answer))
            .toCompletableFuture());
  }

  /** The name, or {@code unknown} while it is not known. */
  String now() {
    return name.isCompletedExceptionally() ? UNKNOWN : name.getNow(UNKNOWN);
  }

  /** Whether {@link #await} would not wait. */
  boolean isKnown() {
    return name.isDone();
  }

  /** The name; waits for it for a few seconds. */
  String await() {
    try {
      return name.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return UNKNOWN;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return UNKNOWN;
    }
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
