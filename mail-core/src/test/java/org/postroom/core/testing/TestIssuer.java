package org.postroom.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.postroom.core.json.Json;

/**
 * An issuer of tokens on loopback, which answers as the test has it, and notes what it is asked.
 */
public final class TestIssuer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();

  /** What it was asked: method, path with query, authorization, body. */
  public final List<Asked> asked = new CopyOnWriteArrayList<>();

  /** A question. */
  public record Asked(String method, String path, String authorization, String body) {}

  /** How it answers. */
  public interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  public TestIssuer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  private void serve(HttpExchange exchange) throws IOException {
    asked.add(
        new Asked(
            exchange.getRequestMethod(),
            exchange.getRequestURI().toString(),
            String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
            new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
    Answer answer = answers.get(exchange.getRequestURI().getPath());
    try (exchange) {
      if (answer == null) {
        exchange.sendResponseHeaders(404, -1);
      } else {
        answer.to(exchange);
      }
    }
  }

  /** Where that is. */
  public String url(String path) {
    return "http://localhost:" + server.getAddress().getPort() + path;
  }

  /** From now on it answers so. */
  public void answers(String path, Answer answer) {
    answers.put(path, answer);
  }

  /** From now on it says this. */
  public void says(String path, Object json) {
    answers(path, exchange -> say(exchange, 200, Json.write(json)));
  }

  /** From now on its keys are these. */
  public void shows(String path, SigningKey... keys) {
    says(path, Map.of("keys", Arrays.stream(keys).map(SigningKey::jwk).toList()));
  }

  /** Says it. */
  public static void say(HttpExchange exchange, int status, byte[] octets) throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, octets.length == 0 ? -1 : octets.length);
    exchange.getResponseBody().write(octets);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
