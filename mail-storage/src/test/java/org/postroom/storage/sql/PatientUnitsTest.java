package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.life.Lifeline;
import org.postroom.core.testing.Until;

/** A unit of work that no client waits for waits for company. */
@Timeout(60)
final class PatientUnitsTest {
  private final Place place = new Place();
  private final Committer committer;

  PatientUnitsTest() throws SQLException {
    Lifeline lifeline = new Lifeline();
    StoreHealth health =
        new StoreHealth("the database", lifeline, StoreHealth.Reopenings.DEFAULT, System::nanoTime);
    Catalog catalog = new Catalog(1 << 20);
    Database database = new Database("the database", new Dialect.H2(), place, catalog, health);
    database.takePlace();
    committer = new Committer(database, catalog, new MemoryBlobs(), statements -> {}, lifeline);
    database.opened();
    committer.start();
    place.commits.set(0);
  }

  @AfterEach
  void close() {
    committer.close();
    place.close();
  }

  /** Counts the transactions. */
  private static final class Place implements Origin {
    private final MemoryOrigin database = MemoryOrigin.withTables();
    private final AtomicInteger commits = new AtomicInteger();

    Place() throws SQLException {}

    @Override
    public DataSource source() {
      return database.source();
    }

    @Override
    public Duration patience() {
      return Duration.ofHours(1);
    }

    @Override
    public void commit(Statements writer, Epoch epoch, boolean durable) throws SQLException {
      commits.incrementAndGet();
      writer.connection().commit();
    }

    @Override
    public void close() {
      database.close();
    }
  }

  /** Its result, once it has been handed in. */
  private CompletableFuture<String> patient(Unit<String> unit) {
    CompletableFuture<String> result = new CompletableFuture<>();
    Thread waiting =
        new Thread(
            () -> {
              try {
                result.complete(committer.runPatiently(unit));
              } catch (RuntimeException e) {
                result.completeExceptionally(e);
              }
            });
    waiting.setDaemon(true);
    waiting.start();
    Until.so(() -> waiting.getState() == Thread.State.WAITING);
    return result;
  }

  @Test
  void itIsDoneWithTheNextThatSomebodyWaitsFor() {
    CompletableFuture<String> one = patient(batch -> "one");
    CompletableFuture<String> two = patient(batch -> "two");

    String three = committer.run(batch -> "three");

    assertThat(one.join() + " " + two.join() + " " + three).isEqualTo("one two three");
    assertThat(place.commits).hasValue(1);
  }

  @Test
  void itsFaultIsItsOwn() {
    CompletableFuture<String> one =
        patient(
            batch -> {
              throw new IllegalStateException("one's");
            });

    String two = committer.run(batch -> "two");

    assertThat(two).isEqualTo("two");
    assertThatThrownBy(one::join)
        .isInstanceOf(CompletionException.class)
        .hasRootCauseMessage("one's");
  }

  @Test
  void itIsDoneBeforeTheStoreCloses() {
    CompletableFuture<String> one = patient(batch -> "one");

    committer.close();

    assertThat(one.join()).isEqualTo("one");
    assertThat(place.commits).hasValue(1);
  }
}
