package org.postroom.dist.fetch;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.dns.Resolver;
import org.postroom.core.part.Premises;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.trouble.Reason;
import org.postroom.core.wire.ConnectOptions;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.TlsContexts;

/** Connects to servers elsewhere: by the server's own wire and names. On a worker; waits. */
final class Dialling {
  private static final Duration TO_CONNECT = Duration.ofSeconds(30);

  /** Longer than the network's own limits: they say better what was wrong. */
  private static final Duration TO_ANSWER = Duration.ofMinutes(3);

  private static final int LONGEST_LINE = 64 * 1024;
  private static final String STOPPED = "the mail system is shutting down";
  private static final int MOST_ADDRESSES = 5;

  private final Premises premises;
  private volatile @Nullable CompletableFuture<?> awaited;
  private volatile boolean stopped;

  Dialling(Premises premises) {
    this.premises = premises;
  }

  /**
   * Connects to where a job's mail is, address after address; with TLS, where that comes first.
   *
   * @param patience how long the server may say nothing
   */
  WireLine connect(FetchJob job, Duration patience) throws IOException {
    TlsContext tls = context(job);
    String trouble = "";
    List<InetAddress> addresses = addresses(job.remote().host());
    for (InetAddress address : addresses.subList(0, Math.min(MOST_ADDRESSES, addresses.size()))) {
      InetSocketAddress place = new InetSocketAddress(address, job.remote().port());
      try {
        return connect(place, job.remote(), tls, patience);
      } catch (IOException e) {
        trouble = "connect to " + job.remote().host() + ": " + e.getMessage();
      }
    }
    throw new IOException(trouble);
  }

  private WireLine connect(
      InetSocketAddress place, Remote remote, TlsContext tls, Duration patience)
      throws IOException {
    CompletableFuture<WireLine> open = new CompletableFuture<>();
    Optional<ConnectOptions.TlsFirst> first =
        remote.tls()
            ? Optional.of(
                new ConnectOptions.TlsFirst(
                    tls,
                    remote.host(),
                    reason -> open.completeExceptionally(new WireFault("no TLS: " + reason))))
            : Optional.empty();
    var unused =
        premises
            .wire()
            .connect(
                place,
                new ConnectOptions(TO_CONNECT, Optional.empty(), LONGEST_LINE, first),
                connection -> {
                  WireLine line = new WireLine(connection, tls, remote.host(), patience);
                  if (!open.complete(line)) {
                    line.close();
                  }
                  return line;
                })
            .exceptionally(
                trouble -> {
                  open.completeExceptionally(trouble);
                  return null;
                });
    return waited(open);
  }

  /** The JVM's authorities, or those of a file, which may be another one by now. */
  private static TlsContext context(FetchJob job) throws IOException {
    if (!job.verify()) {
      return TlsContexts.opportunisticClient();
    }
    if (job.authorities().isEmpty()) {
      return TlsContexts.verifyingClient();
    }
    Path file = job.authorities().get();
    try {
      return TlsContexts.verifyingClient(Files.readString(file));
    } catch (WireFault e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private List<InetAddress> addresses(String host) throws IOException {
    Optional<InetAddress> literal = IpLiteral.parse(host);
    if (literal.isPresent()) {
      return List.of(literal.get());
    }
    if (host.equalsIgnoreCase("localhost")) { // RFC 6761, 6.3
      return List.of(InetAddress.getLoopbackAddress());
    }
    Domain domain =
        Domain.parse(host).orElseThrow(() -> new IOException(host + " is no name of a host"));
    Resolver.Answer<InetAddress> answer =
        waited(premises.resolver().addresses(domain).toCompletableFuture().copy());
    if (answer instanceof Resolver.Answer.Found<InetAddress> found) {
      return found.records();
    }
    throw new IOException(
        host
            + (answer instanceof Resolver.Answer.TryAgain<InetAddress> later
                ? " is not found now: " + later.reason()
                : " has no address"));
  }

  /** Has it fail soon, or at once when it begins. From any thread. */
  void stop() {
    stopped = true;
    CompletableFuture<?> under = awaited;
    if (under != null) {
      under.completeExceptionally(new WireFault(STOPPED));
    }
  }

  private <T> T waited(CompletableFuture<T> stage) throws IOException {
    awaited = stage;
    if (stopped) {
      throw new IOException(STOPPED);
    }
    try {
      return stage.get(TO_ANSWER.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException(Reason.text(e), e);
    } catch (TimeoutException e) {
      throw new IOException("no answer in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
