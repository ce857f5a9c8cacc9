package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.Submission;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Recipient;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.testing.SomePlaces;
import org.postroom.core.testing.StagedOctets;

/**
 * A place for an attempt is given up in doubt only where it is not known whether the mail is ours.
 */
@Timeout(60)
final class DoubtTest {
  private static final String DESTINATION = "smtp:far.test";

  private final Place place = new Place();
  private final Engine store;

  private final SomePlaces places =
      new SomePlaces("me", Instant.now().plus(Duration.ofMinutes(15))).with(DESTINATION, 1);

  DoubtTest() throws SQLException {
    Life life =
        new Life(
                Clock.systemUTC(),
                new Lifeline(),
                MemoryBudget.ofHeap(),
                StoreHealth.Reopenings.DEFAULT)
            .hashingCheaply();
    Catalog catalog = new Catalog(1 << 20);
    Database database =
        new Database("the database", new Dialect.H2(), place, catalog, life.of("the database"));
    database.takePlace();
    store = new Engine(database, new MemoryBlobs(), catalog, life, new SecureRandom());
    store.queue().serve(places);
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** A database whose answer to a commit gets lost, or which refuses before one. */
  private static final class Place implements Origin {
    private final MemoryOrigin database = MemoryOrigin.withTables();
    private volatile boolean isUnheard;
    private volatile boolean isAway;

    Place() throws SQLException {}

    @Override
    public DataSource source() {
      return database.source();
    }

    @Override
    public boolean hasRoomFor(long octets) {
      if (isAway) {
        throw new StorageUnavailable("the test's database is away");
      }
      return true;
    }

    @Override
    public void commit(Statements writer, Epoch epoch, boolean durable) throws SQLException {
      writer.connection().commit();
      if (isUnheard) {
        throw new SQLException("the test's answer is lost");
      }
    }

    @Override
    public void close() {
      database.close();
    }
  }

  private void accept() {
    Recipient bob = Recipient.of(Address.of("bob", Domain.of("far.test")));
    Submission mail =
        new Submission(
            store.mailCommit().newId(),
            org.postroom.core.mail.Origin.SMTP,
            new Submission.Client(
                InetAddress.getLoopbackAddress(), "unknown", "me", Optional.empty(), "ESMTP"),
            Envelope.of(ReversePath.of(Address.of("ada", Domain.of("example.org"))), List.of(bob)),
            StagedOctets.of("Subject: x\n\nbody\n"),
            Instant.now());
    Acceptance unused =
        store
            .mailCommit()
            .commit(
                new Acceptance(mail, List.of(), List.of(new Acceptance.Onward(bob, DESTINATION))));
  }

  @Test
  void anAnswerThatIsLostIsDoubt() {
    place.isUnheard = true;

    assertThatThrownBy(this::accept).isInstanceOf(StorageUnavailable.class);

    assertThat(places.begun()).isEmpty();
    assertThat(places.givenUp()).containsExactly(true);
  }

  @Test
  void whatWasNeverCommittedIsNone() {
    place.isAway = true;

    assertThatThrownBy(this::accept).isInstanceOf(StorageUnavailable.class);

    assertThat(places.begun()).isEmpty();
    assertThat(places.givenUp()).containsExactly(false);
  }
}
