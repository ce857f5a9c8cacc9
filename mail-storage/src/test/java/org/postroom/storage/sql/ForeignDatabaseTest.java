package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.secret.Secret;

/** A database that is away has few wait for it. */
@Timeout(60)
@Tag("seconds")
final class ForeignDatabaseTest {

  /** One that takes connections and says nothing. */
  private static ForeignDatabase silent(ServerSocket socket, Duration patience) {
    return new ForeignDatabase(
        "jdbc:postgresql://127.0.0.1:" + socket.getLocalPort() + "/mail?connectTimeout=30",
        "u",
        Secret.of("p"),
        patience);
  }

  private static ServerSocket listener() throws IOException {
    return new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
  }

  private static String told(CompletableFuture<?> asked) {
    try {
      asked.join();
      return "answered";
    } catch (CompletionException e) {
      assertThat(e).hasCauseInstanceOf(LookupUnavailable.class);
      return String.valueOf(e.getCause().getMessage());
    }
  }

  private static List<String> ask(ForeignDatabase database, String query) {
    return database.rows(query, List.of(), 1).stream()
        .flatMap(row -> row.values().stream())
        .toList();
  }

  /** The pool may still be resting from what it has tried in vain: longer than one has patience. */
  private static List<String> onceItAnswers(ForeignDatabase database, String query) {
    while (true) {
      try {
        return ask(database, query);
      } catch (LookupUnavailable stillResting) {
        assertThat(stillResting).hasMessageContaining("does not answer");
      }
    }
  }

  @Test
  void whoWouldBeOneTooManyHearsAtOnce() throws IOException {
    ExecutorService threads = Executors.newCachedThreadPool();
    try (ServerSocket socket = listener();
        ForeignDatabase database = silent(socket, Duration.ofSeconds(3))) {
      List<CompletableFuture<?>> asked = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        asked.add(CompletableFuture.supplyAsync(() -> ask(database, "SELECT 1"), threads));
      }

      List<String> told = asked.stream().map(ForeignDatabaseTest::told).toList();

      assertThat(told).filteredOn(why -> why.endsWith("is asked by too many at once")).hasSize(68);
      assertThat(told).filteredOn(why -> why.contains("does not answer")).hasSize(32);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void whereNobodyHasReachedItOneAtATimeTries() throws IOException {
    ExecutorService threads = Executors.newCachedThreadPool();
    try (ServerSocket socket = listener();
        ForeignDatabase database = silent(socket, Duration.ofSeconds(2))) {
      assertThatThrownBy(() -> ask(database, "SELECT 1"))
          .isInstanceOf(LookupUnavailable.class)
          .hasMessageContaining("does not answer");
      List<CompletableFuture<?>> asked = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        asked.add(CompletableFuture.supplyAsync(() -> ask(database, "SELECT 1"), threads));
      }

      List<String> told = asked.stream().map(ForeignDatabaseTest::told).toList();

      assertThat(told).filteredOn(why -> why.endsWith("cannot be reached")).hasSizeBetween(17, 19);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void oneThatIsBackIsAskedByEverybody() {
    try (ForeignDatabase database =
        new ForeignDatabase(
            "jdbc:h2:mem:back;IFEXISTS=TRUE", "", Secret.of(""), Duration.ofMillis(300))) {
      assertThatThrownBy(() -> ask(database, "SELECT 1")).isInstanceOf(LookupUnavailable.class);
      try (ForeignDatabase other =
          new ForeignDatabase(
              "jdbc:h2:mem:back;DB_CLOSE_DELAY=-1", "", Secret.of(""), Duration.ofSeconds(5))) {
        assertThat(ask(other, "SELECT 1")).containsExactly("1");
        assertThat(onceItAnswers(database, "SELECT 1")).containsExactly("1");
        assertThat(ask(database, "SELECT 2")).containsExactly("2");
      }
    }
  }
}
