package org.postroom.core.auth.token;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.wire.Workers;

/**
 * Asks over HTTP who is trusted to issue tokens. It is asked by TLS, except on this machine; where
 * it sends us on to somebody else, or says more than a list of keys is long, or takes more than
 * some seconds for all of it, it has said nothing. Threads share it; the first question makes its
 * threads.
 */
final class Issuer implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration IN_ALL = Duration.ofSeconds(10);
  private static final int LONGEST_ANSWER = 256 * 1024;
  private static final Set<String> HERE = Set.of("localhost", "127.0.0.1", "[::1]");

  private @Nullable Workers threads;
  private @Nullable HttpClient client;
  private boolean isClosed;

  /** An answer of whatever status. */
  record Answer(int status, Optional<Claims> said) {}

  /** Whether it is safe to ask there, and to believe what is said. */
  static boolean mayBeAsked(URI uri) {
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    String host = uri.getHost();
    return host != null
        && uri.getRawUserInfo() == null
        && (scheme.equals("https")
            || scheme.equals("http") && HERE.contains(host.toLowerCase(Locale.ROOT)));
  }

  /**
   * Asks for what is there.
   *
   * @param authorization who asks
   * @throws LookupUnavailable where there is no answer
   */
  Answer get(URI uri, Optional<String> authorization) {
    return ask(uri, HttpRequest.newBuilder().GET(), authorization);
  }

  /**
   * Asks with a form.
   *
   * @param authorization who asks
   * @throws LookupUnavailable where there is no answer
   */
  Answer post(URI uri, String form, Optional<String> authorization) {
    return ask(
        uri,
        HttpRequest.newBuilder()
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form)),
        authorization);
  }

  private Answer ask(URI uri, HttpRequest.Builder request, Optional<String> authorization) {
    authorization.ifPresent(value -> request.header("Authorization", value));
    HttpRequest built =
        request.uri(uri).timeout(IN_ALL).header("Accept", "application/json").build();
    CompletableFuture<HttpResponse<byte[]>> asked =
        client().sendAsync(built, response -> new Bounded());
    try {
      HttpResponse<byte[]> response = asked.get(IN_ALL.toMillis(), TimeUnit.MILLISECONDS);
      return new Answer(response.statusCode(), Claims.read(response.body()));
    } catch (ExecutionException e) {
      throw unavailable(uri, String.valueOf(e.getCause()));
    } catch (TimeoutException e) {
      throw unavailable(uri, "no answer in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable(uri, "interrupted");
    } finally {
      asked.cancel(true);
    }
  }

  /** That there is no answer, for the log. The question is not named: a token may be part of it. */
  static LookupUnavailable unavailable(URI uri, String why) {
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return new LookupUnavailable("issuer " + uri.getHost() + port + ": " + why);
  }

  private synchronized HttpClient client() {
    if (isClosed) {
      throw new LookupUnavailable("the server stops");
    }
    HttpClient made = client;
    if (made == null) {
      Workers own = Workers.onPlatformThreads("postroom-issuer", 2);
      threads = own;
      made = make(own);
      client = made;
    }
    return made;
  }

  /** Its own thread must not hold the class loader of whoever comes first. */
  private static HttpClient make(Workers threads) {
    Thread here = Thread.currentThread();
    ClassLoader its = here.getContextClassLoader();
    here.setContextClassLoader(ClassLoader.getPlatformClassLoader());
    try {
      return HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(CONNECT)
          .executor(threads)
          .build();
    } finally {
      here.setContextClassLoader(its);
    }
  }

  /**
   * Nobody may wait for an answer any more. The JDK's client can be closed since 21; before, its
   * thread ends when nobody knows the client any more.
   */
  @Override
  public synchronized void close() {
    isClosed = true;
    HttpClient made = client;
    client = null;
    if (made instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new IllegalStateException("a client of HTTP that cannot be closed", e);
      }
    }
    Workers own = threads;
    if (own != null) {
      own.close();
    }
  }

  /** Keeps an answer as long as it is not too long. */
  private static final class Bounded implements HttpResponse.BodySubscriber<byte[]> {
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
    private Flow.@Nullable Subscription source;

    @Override
    public CompletionStage<byte[]> getBody() {
      return whole;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      source = subscription;
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> some) {
      for (ByteBuffer one : some) {
        if (octets.size() + one.remaining() > LONGEST_ANSWER) {
          if (source != null) {
            source.cancel();
          }
          whole.completeExceptionally(new IllegalStateException("too long an answer"));
          return;
        }
        byte[] part = new byte[one.remaining()];
        one.get(part);
        octets.write(part, 0, part.length);
      }
    }

    @Override
    public void onError(Throwable failure) {
      whole.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      whole.complete(octets.toByteArray());
    }
  }
}
