package org.postroom.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.Submission;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.Recipient;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.NamedMails;
import org.postroom.core.testing.StagedOctets;
import org.postroom.storage.store.SqlStorage;

/** A mail that has a name becomes ours once, wherever it is kept. */
@Tag("seconds")
class SqlNamedMailsTest {
  private static final Instant UNTIL = Instant.parse("2026-04-01T08:00:00Z");

  abstract static class InAStore {

    abstract Storage place();

    SqlStorage open(Storage where) {
      return SqlStorage.open(where, Clock.systemUTC(), new SecureRandom());
    }

    static boolean take(SqlStorage store, String name) {
      Recipient recipient = Recipient.of(Address.parse("a@far.test"));
      Submission mail =
          new Submission(
              store.mailCommit().newId(),
              Origin.APPLICATION,
              new Submission.Client(
                  InetAddress.getLoopbackAddress(), "localhost", "", Optional.empty(), ""),
              Envelope.of(ReversePath.of(Address.parse("grace@example.net")), List.of(recipient)),
              StagedOctets.of("Subject: x\n\nbody\n"),
              Instant.now());
      try {
        Acceptance unused =
            store
                .namedMails()
                .taking(name, UNTIL)
                .commit(
                    new Acceptance(
                        mail, List.of(), List.of(new Acceptance.Onward(recipient, "far.test"))));
        return true;
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContaining(name);
        return false;
      }
    }

    @Test
    void isTakenOnceUntilItsNameIsForgotten() {
      Storage place = place();
      try (SqlStorage store = open(place)) {
        NamedMails named = store.namedMails();
        assertThat(named.isTaken("ada:1")).isFalse();

        assertThat(take(store, "ada:1")).isTrue();
        assertThat(take(store, "ada:1")).isFalse();
        assertThat(take(store, "bob:1")).isTrue();

        assertThat(named.isTaken("ada:1")).isTrue();
        assertThat(store.queue().list(10)).hasSize(2);
        named.forget("ada:1");
        assertThat(named.forgetExpired(UNTIL.minusMillis(1))).isZero();
        assertThat(named.forgetExpired(UNTIL)).isEqualTo(1);
        assertThat(named.isTaken("bob:1")).isFalse();
        assertThat(take(store, "ada:1")).isTrue();
        assertThatThrownBy(() -> named.taking("no name", UNTIL))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }

    @Test
    void namesOfOtherKindsAreOthers() {
      try (SqlStorage store = open(place())) {
        NamedMails fetched = store.namedMails().ofKind("fetch-1");
        assertThat(take(store, "ada:1")).isTrue();

        fetched.note("ada:1", UNTIL);
        fetched.note("ada:1", UNTIL.plusMillis(1));
        fetched.note("ada:2", UNTIL);

        assertThat(fetched.page("", 10))
            .isEqualTo(Map.of("ada:1", UNTIL.plusMillis(1), "ada:2", UNTIL));
        assertThat(fetched.page("ada:1", 1)).containsOnlyKeys("ada:2");
        assertThat(store.namedMails().page("", 10)).containsOnlyKeys("ada:1");
        fetched.forget("ada:1");
        assertThat(fetched.isTaken("ada:1")).isFalse();
        assertThat(store.namedMails().isTaken("ada:1")).isTrue();
      }
    }

    /** Units that ask for the same name stand in one batch. */
    @Test
    void isTakenOnceByManyAtTheSameTime() throws Exception {
      try (SqlStorage store = open(place())) {
        AtomicInteger taken = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          threads.add(
              new Thread(
                  () -> {
                    for (int name = 0; name < 20; name++) {
                      if (take(store, "ada:" + name)) {
                        taken.incrementAndGet();
                      }
                    }
                  }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
          thread.join();
        }

        assertThat(taken).hasValue(20);
        assertThat(store.queue().list(100)).hasSize(20);
      }
    }
  }

  @Nested
  class InMemory extends InAStore {
    @Override
    Storage place() {
      return Storage.inMemory();
    }
  }

  @Nested
  class InAFolder extends InAStore {
    @TempDir private Path folder;

    @Override
    Storage place() {
      return Storage.h2(folder.resolve("data"));
    }

    @Test
    void isKnownAfterARestart() {
      try (SqlStorage store = open(place())) {
        assertThat(take(store, "ada:1")).isTrue();
      }
      try (SqlStorage store = open(place())) {
        assertThat(take(store, "ada:1")).isFalse();
      }
    }
  }

  @Nested
  @Tag("process")
  class OnPostgres extends InAStore {
    @Override
    Storage place() {
      return PostgresServer.freshDatabase();
    }
  }
}
