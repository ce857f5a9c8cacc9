package org.postroom.smtp.client.https;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.time.Timers;
import org.postroom.core.trouble.Reason;
import org.postroom.core.wire.ConnectOptions;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.TlsContexts;
import org.postroom.core.wire.Wire;

/**
 * Asks servers of the web by TLS, each question by a connection of its own. By the server's own
 * wire, names and timers: so what its network and its clock are is said in one place, and no thread
 * waits. Nobody is followed elsewhere (redirects are answers), and no proxy is asked.
 *
 * <p>How long an answer may be and how long all may take is said with the question; how many are
 * asked at the same time is whoever asks to bound. Thread-safe.
 */
public final class Https {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final int LONGEST_LINE = 16 * 1024;

  private final Wire wire;
  private final Resolver resolver;
  private final Timers timers;
  private final Trust trust;
  private final TlsContext tls = TlsContexts.opportunisticClient();

  /** Who is believed. */
  public interface Trust {

    /**
     * What is wrong with a server's certificate; empty where nothing is. On a worker: what
     * authorities there are may have to be read.
     *
     * @param chain its own first
     * @param host for which it must be
     */
    Optional<String> fault(List<X509Certificate> chain, String host);
  }

  /**
   * A way to ask.
   *
   * @param resolver gives addresses that may be connected to, and no others
   */
  public Https(Wire wire, Resolver resolver, Timers timers, Trust trust) {
    this.wire = wire;
    this.resolver = resolver;
    this.timers = timers;
    this.trust = trust;
  }

  /**
   * Asks: the host's addresses one after the other, until one is connected to.
   *
   * @return completes with an answer of whatever status, or exceptionally with {@link HttpTrouble};
   *     on any thread
   */
  public CompletionStage<HttpAnswer> ask(HttpQuestion question) {
    return new Asking(question).begin();
  }

  /** One question under way. */
  private final class Asking {
    private final HttpQuestion question;
    private final CompletableFuture<HttpAnswer> done = new CompletableFuture<>();
    private final AtomicReference<@Nullable Exchange> current = new AtomicReference<>();

    Asking(HttpQuestion question) {
      this.question = question;
    }

    CompletionStage<HttpAnswer> begin() {
      Timers.Work work = timers.begin();
      Timers.Timer limit =
          timers.after(question.limit(), () -> end(new HttpTrouble("no answer in time", false)));
      CompletionStage<Answer<InetAddress>> addresses = resolver.addresses(question.host());
      CompletionStage<HttpAnswer> all =
          done.whenComplete(
              (answer, trouble) -> {
                limit.cancel();
                work.end();
                Exchange open = current.get();
                if (open != null) {
                  open.close();
                }
              });
      CompletionStage<Void> unused = addresses.thenAccept(this::found).exceptionally(this::failed);
      return all;
    }

    private void found(Answer<InetAddress> answer) {
      if (answer instanceof Answer.Found<InetAddress> some) {
        next(some.records().iterator(), "");
      } else if (answer instanceof Answer.TryAgain<InetAddress> later) {
        end(new HttpTrouble(question.host() + " is not found now: " + later.reason()));
      } else {
        end(new HttpTrouble(question.host() + " has no address that may be asked"));
      }
    }

    private @Nullable Void failed(Throwable trouble) {
      end(new HttpTrouble(Reason.text(trouble)));
      return null;
    }

    private void next(Iterator<InetAddress> addresses, String trouble) {
      if (done.isDone()) {
        return;
      }
      if (!addresses.hasNext()) {
        end(new HttpTrouble(trouble));
        return;
      }
      InetSocketAddress place = new InetSocketAddress(addresses.next(), question.port());
      ConnectOptions.TlsFirst handshake =
          new ConnectOptions.TlsFirst(
              tls,
              question.host().name(),
              reason -> end(new HttpTrouble("handshake failure: " + reason, true)));
      CompletionStage<Void> unused =
          wire.connect(
                  place,
                  new ConnectOptions(
                      CONNECT, Optional.empty(), LONGEST_LINE, Optional.of(handshake)),
                  connection -> {
                    Exchange exchange = new Exchange(connection, question, trust, done);
                    current.set(exchange);
                    return exchange;
                  })
              .handle(
                  (connection, problem) -> {
                    if (problem != null) {
                      next(addresses, "connect to " + place + ": " + Reason.text(problem));
                    } else if (done.isDone()) {
                      connection.close(); // its time is over
                    }
                    return null;
                  });
    }

    private void end(HttpTrouble trouble) {
      boolean unused = done.completeExceptionally(trouble);
    }
  }
}
