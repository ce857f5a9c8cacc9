package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.Submission;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.Recipient;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.QueueStore.SetAside;
import org.postroom.core.queue.QueueStore.Settlement;
import org.postroom.core.testing.Chosen;
import org.postroom.core.testing.StagedOctets;
import org.postroom.storage.blob.SimulatedFolder;

/** A row of the queue that makes no sense stands in nobody's way, and is kept. */
@Tag("seconds")
class UnreadableRowsTest {
  private static final Duration LEASE = Duration.ofMinutes(5);

  @TempDir Path temp;
  private final SimulatedFolder disk = new SimulatedFolder();

  private Engine open() {
    return Engines.open(temp.resolve("data"), disk::open, 0);
  }

  private void run(String sql) throws SQLException {
    try (Connection beside = Trouble.beside(disk.opened())) {
      assertThat(beside.createStatement().executeUpdate(sql)).as(sql).isPositive();
    }
  }

  private static void queue(Engine store, String... recipients) {
    List<Recipient> all = Stream.of(recipients).map(text -> Recipient.of(address(text))).toList();
    Submission mail =
        new Submission(
            store.mailCommit().newId(),
            Origin.SMTP,
            new Submission.Client(
                InetAddress.getLoopbackAddress(), "unknown", "me", Optional.empty(), "ESMTP"),
            Envelope.of(ReversePath.of(address("grace@example.net")), all),
            StagedOctets.of("Subject: x\n\nbody\n"),
            Instant.now());
    store
        .mailCommit()
        .commit(
            new Acceptance(
                mail,
                List.of(),
                all.stream()
                    .map(one -> new Acceptance.Onward(one, one.address().domain().name()))
                    .toList()));
  }

  private static Address address(String text) {
    int at = text.indexOf('@');
    return Address.of(text.substring(0, at), Domain.of(text.substring(at + 1)));
  }

  private static List<QueuedMail> lease(Engine store) {
    return store.queue().lease("me", Instant.now().plusSeconds(1), LEASE, Chosen.of(10, 10));
  }

  private static List<String> names(List<QueuedMail> mails) {
    return mails.stream()
        .flatMap(mail -> mail.recipients().stream())
        .map(recipient -> recipient.recipient().address().localPart())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE queue_recipient SET address = 'nonsense' WHERE address = 'bad@one.test'",
        "UPDATE queue_recipient SET address = '@' WHERE address = 'bad@one.test'",
        "UPDATE queue_mail SET body = 'SEVEN_AND_A_HALF' WHERE id ="
            + " (SELECT mail_id FROM queue_recipient WHERE address = 'bad@one.test')",
        "UPDATE queue_mail SET sender = 'x' WHERE id ="
            + " (SELECT mail_id FROM queue_recipient WHERE address = 'bad@one.test')",
        "UPDATE queue_mail SET queue_id = '' WHERE id ="
            + " (SELECT mail_id FROM queue_recipient WHERE address = 'bad@one.test')",
        "DELETE FROM queue_mail WHERE id ="
            + " (SELECT mail_id FROM queue_recipient WHERE address = 'bad@one.test')",
        "DELETE FROM message WHERE id = (SELECT q.message_id FROM queue_mail q"
            + " JOIN queue_recipient r ON r.mail_id = q.id WHERE r.address = 'bad@one.test')"
      })
  void isSetAsideAndTheRestGoesOn(String poison) throws Exception {
    try (Engine store = open()) {
      queue(store, "bad@one.test");
      queue(store, "good@one.test", "other@two.test");
      run(poison);

      List<QueuedMail> leased = lease(store);

      assertThat(names(leased)).containsExactlyInAnyOrder("good", "other");
      assertThat(names(store.queue().list(10))).containsExactlyInAnyOrder("good", "other");
      assertThat(store.queue().setAside(10))
          .singleElement()
          .satisfies(
              aside -> {
                assertThat(aside.destination()).isEqualTo("one.test");
                assertThat(aside.why()).isNotBlank().isNotEqualTo(SetAside.MENDED);
              });
      assertThat(lease(store)).isEmpty();
      assertThat(store.queue().size()).as("it is kept").isEqualTo(3);
      assertThat(store.queue().nextDue().orElseThrow())
          .as("it is never due")
          .isAfter(Instant.now())
          .isBefore(Instant.now().plus(LEASE).plusSeconds(60));
      leased.forEach(
          mail ->
              mail.recipients()
                  .forEach(
                      one ->
                          store.queue().settle(List.of(new Settlement.Done(one.id())), List.of())));
      assertThat(store.queue().nextDue()).isEmpty();
    }
  }

  @Test
  void isTriedAgainAtTheNextStart() throws Exception {
    try (Engine store = open()) {
      queue(store, "bad@one.test");
      run("UPDATE queue_recipient SET address = 'nonsense'");
      assertThat(lease(store)).isEmpty();
      run("UPDATE queue_recipient SET address = 'mended@one.test'");
      assertThat(lease(store)).isEmpty();
      assertThat(store.queue().setAside(10))
          .extracting(SetAside::why)
          .containsExactly(SetAside.MENDED);
    }
    try (Engine store = open()) {
      store.queue().releaseLeases("me");

      assertThat(names(lease(store))).containsExactly("mended");
    }
  }
}
