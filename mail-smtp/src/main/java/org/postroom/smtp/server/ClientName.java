package org.postroom.smtp.server;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.fact.Fact;
import org.postroom.core.log.MailLog;
import org.postroom.core.policy.ClientNames;
import org.postroom.core.policy.HostName;
import org.postroom.core.time.Timers;

/**
 * A client's names: what the DNS says of its address, and whether that leads back to it. Looked up
 * while the client is talking already.
 */
public final class ClientName implements Fact<ClientNames> {
  private static final int NAMES_TRIED = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final InetAddress address;
  private final CompletableFuture<ClientNames> names;
  private final Timers timers;

  /** How log lines name the client, once its name is known: a mail has it three times. */
  private @Nullable String written;

  private ClientName(InetAddress address, CompletableFuture<ClientNames> names, Timers timers) {
    this.address = address;
    this.names = names;
    this.timers = timers;
  }

  static ClientName of(InetAddress address, Listening listening) {
    return new ClientName(address, names(address, listening), listening.services().timers());
  }

  private static CompletableFuture<ClientNames> names(InetAddress address, Listening listening) {
    if (!listening.settings().get(SmtpParams.PEERNAME_LOOKUP)) {
      return CompletableFuture.completedFuture(ClientNames.ABSENT);
    }
    if (address.isLoopbackAddress()) {
      // RFC 6761, 6.3: the one name that needs no look-up.
      return CompletableFuture.completedFuture(ClientNames.of("localhost"));
    }
    Resolver resolver = listening.services().resolver();
    return resolver
        .names(address)
        .thenCompose(answer -> verified(resolver, address, answer))
        .toCompletableFuture();
  }

  /** The verified name, or {@code unknown} while it is not known. */
  String now() {
    return answer().verified().text();
  }

  /** The client, as log lines name it. */
  String withAddress() {
    if (written != null) {
      return written;
    }
    boolean known = names.isDone();
    String text = MailLog.client(now(), address);
    if (known) {
      written = text;
    }
    return text;
  }

  private ClientNames answer() {
    return names.isCompletedExceptionally()
        ? ClientNames.UNCERTAIN
        : names.getNow(ClientNames.UNCERTAIN);
  }

  @Override
  public Optional<ClientNames> atOnce() {
    return names.isDone() ? Optional.of(answer()) : Optional.empty();
  }

  /** Waits for them for a few seconds. */
  @Override
  public CompletionStage<ClientNames> ask(Executor mayBlock) {
    CompletableFuture<ClientNames> asked = names.exceptionally(trouble -> ClientNames.UNCERTAIN);
    Timers.Timer end = timers.after(PATIENCE, () -> asked.complete(ClientNames.UNCERTAIN));
    return asked.whenComplete((known, trouble) -> end.cancel());
  }

  @Override
  public String toString() {
    return "client name";
  }

  private static CompletionStage<ClientNames> verified(
      Resolver resolver, InetAddress address, Answer<Domain> answer) {
    if (!(answer instanceof Answer.Found<Domain> found)) {
      return CompletableFuture.completedFuture(
          answer instanceof Answer.TryAgain ? ClientNames.UNCERTAIN : ClientNames.ABSENT);
    }
    List<Domain> candidates = found.records();
    HostName reverse = HostName.of(candidates.get(0).name());
    CompletionStage<HostName> result = CompletableFuture.completedFuture(HostName.ABSENT);
    for (Domain candidate : candidates.subList(0, Math.min(NAMES_TRIED, candidates.size()))) {
      result =
          result.thenCompose(
              known ->
                  known.isKnown()
                      ? CompletableFuture.completedFuture(known)
                      : resolver
                          .addresses(candidate)
                          .thenApply(back -> leadsBack(candidate, back, address, known)));
    }
    return result.thenApply(name -> new ClientNames(name, reverse));
  }

  /** No other candidate makes up for one that could not be asked about. */
  private static HostName leadsBack(
      Domain candidate, Answer<InetAddress> answer, InetAddress address, HostName before) {
    if (answer instanceof Answer.Found<InetAddress> found && found.records().contains(address)) {
      return HostName.of(candidate.name());
    }
    return answer instanceof Answer.TryAgain ? HostName.UNCERTAIN : before;
  }
}
