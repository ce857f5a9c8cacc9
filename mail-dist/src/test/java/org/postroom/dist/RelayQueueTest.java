package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.dist.RelayHouse.BOB;
import static org.postroom.dist.RelayHouse.MESSAGE;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.auth.AccountId;
import org.postroom.core.auth.Accounts;
import org.postroom.core.testing.Shows;
import org.postroom.storage.Storage;

/** What waits: when it is tried, how much of it at once, and what a restart means to it. */
@Tag("two-clocks")
final class RelayQueueTest {
  @TempDir private Path folder;
  private RelayHouse house = new RelayHouse();
  private RelayHop hop;

  @BeforeEach
  void open() {
    hop = RelayHop.open(house.time);
    house.set("relayhost", hop.name());
  }

  @AfterEach
  void stop() {
    house.close();
    hop.close();
  }

  @Test
  @Shows({"A2.17", "A2.18"})
  void isTriedLessAndLessOftenForFiveDaysAndThenReturned() throws Exception {
    house.set("delay_warning_time", "4h").set("smtp_connection_cache_time_limit", "0s").start();
    hop.always("RCPT", "450 4.2.1 Not now");
    Instant arrived = house.time.instant();

    house.send(BOB, MESSAGE);

    // The wait is the mail's age, within 300 s and 4,000 s.
    List<Instant> expected = new ArrayList<>();
    Duration age = Duration.ZERO;
    while (true) {
      expected.add(arrived.plus(age));
      if (age.compareTo(Duration.ofDays(5)) >= 0) {
        break;
      }
      house.awaitAttempts(expected.size());
      long wait = Math.min(4000, Math.max(300, age.toSeconds()));
      age = age.plusSeconds(wait);
      house.time.advance(Duration.ofSeconds(wait - 1));
      house.time.advance(Duration.ofSeconds(1));
    }
    house.awaitEmptyQueue();
    assertThat(tries()).isEqualTo(expected);
    List<String> told = house.awaitInbox(2);
    assertThat(told).hasSize(2);
    assertThat(told.get(0)).contains("Action: delayed").contains("Will-Retry-Until: ");
    assertThat(told.get(1)).contains("Action: failed").contains("450 4.2.1 Not now");
  }

  private List<Instant> tries() {
    return hop.visits().stream()
        .flatMap(visit -> visit.lines.stream().filter(l -> l.startsWith("RCPT")).map(l -> visit.at))
        .toList();
  }

  @Test
  void aRestartLosesAndDoublesNothing() throws Exception {
    house.storage(Storage.h2(folder.resolve("data"))).start();
    hop.always("RCPT", "450 4.2.1 Not now");
    TreeSet<String> sent = new TreeSet<>();
    for (int i = 0; i < 20; i++) {
      sent.add(i + "@example.net");
      house.send(i + "@example.net", MESSAGE);
    }
    house.awaitAttempts(1);
    hop.well().always("MAIL", RelayHop.SILENCE);
    house.time.advance(Duration.ofMinutes(5));
    house.until(() -> hop.heard().stream().filter(l -> l.startsWith("MAIL")).count() > 20);

    house.close(); // in the middle of attempts
    hop.well().hangUp();
    house.start();

    house.retryUntilEmpty();
    TreeSet<String> came = new TreeSet<>();
    while (hop.unread() > 0) {
      assertThat(came.add(hop.await().to().get(0))).isTrue();
    }
    assertThat(came).isEqualTo(sent);
    assertThat(house.inbox()).isEmpty();
  }

  @Test
  void whatWaitsFollowsTheConfigurationOfToday() throws Exception {
    house.storage(Storage.h2(folder.resolve("data"))).start();
    hop.always("RCPT", "450 4.2.1 Not now");
    house.send(
        "<ada@example.org>",
        List.of("<bob@example.net>", "<ada@soon.example>", "<nobody@soon.example>"),
        MESSAGE.getBytes(UTF_8));
    house.awaitAttempts(1);

    house.close();
    try (RelayHop other = RelayHop.open(house.time)) {
      house
          .set("relayhost", other.name())
          .set("virtual_mailbox_domains", "example.org soon.example")
          .account("ada@soon.example")
          .start();
      house.retryUntilEmpty();

      assertThat(other.await().to()).containsExactly(BOB);
      assertThat(house.inbox("ada@soon.example"))
          .singleElement()
          .asString()
          .startsWith("Return-Path: <ada@example.org>\r\nDelivered-To: ada@soon.example\r\n")
          .endsWith(MESSAGE);
      assertThat(house.awaitInbox(1).get(0))
          .contains("Final-Recipient: rfc822; nobody@soon.example")
          .contains("Status: 5.1.1");
      house.awaitEmptyQueue();
      assertThat(other.unread()).isZero();
    }
  }

  @Test
  void aFullMailboxHoldsBackNobodyElsesMail() throws Exception {
    house.storage(Storage.h2(folder.resolve("data"))).start();
    hop.always("RCPT", "450 4.2.1 Not now");
    house.send(
        "<ada@example.org>",
        List.of("<a@soon.example>", "<full@soon.example>", "<" + BOB + ">", "<z@soon.example>"),
        MESSAGE.getBytes(UTF_8));
    house.awaitAttempts(1);
    house.close();

    hop.well();
    house
        .set("virtual_mailbox_domains", "example.org soon.example")
        .account("a@soon.example")
        .account("full@soon.example")
        .account("z@soon.example")
        .start();
    Accounts accounts = house.server().inside().accounts();
    AccountId full = accounts.byLogin("full@soon.example").orElseThrow().id();
    accounts.setQuota(full, 1);
    house.time.advance(Duration.ofMinutes(5));
    house.until(() -> house.queued().size() == 1);

    assertThat(house.inbox("a@soon.example")).hasSize(1);
    assertThat(house.inbox("z@soon.example")).hasSize(1);
    house.until(() -> house.queued("full@soon.example").lastReason().startsWith("4.2.2"));
    accounts.setQuota(full, 0);
    house.retryUntilEmpty();
    assertThat(house.inbox("full@soon.example")).hasSize(1);
    assertThat(house.inbox("a@soon.example")).hasSize(1);
    assertThat(hop.await().to()).containsExactly(BOB);
    assertThat(hop.unread()).as("sent again").isZero();
    assertThat(house.inbox()).isEmpty();
  }

  @Test
  void oneDestinationGetsNoMoreConnectionsThanItsLimit() throws Exception {
    house.set("default_destination_concurrency_limit", "2").start();
    hop.always("RCPT", "450 4.2.1 Not now");
    for (int i = 0; i < 30; i++) {
      house.send(i + "@example.net", MESSAGE);
    }
    house.awaitAttempts(1);

    hop.well().hangUp();
    hop.always("MAIL", RelayHop.SILENCE);
    house.time.advance(Duration.ofMinutes(5)); // all are due at once
    house.until(() -> hop.heard().stream().filter(l -> l.startsWith("MAIL")).count() >= 32);
    hop.well().hangUp();
    house.retryUntilEmpty();

    assertThat(hop.mostAtOnce()).isEqualTo(2);
    assertThat(hop.unread()).isEqualTo(30);
  }

  @Test
  void aThousandRecipientsAtADeadHostDelayNobody() throws Exception {
    hop.always("CONNECT", RelayHop.SILENCE);
    try (RelayHop live = RelayHop.open(house.time, "127.0.0.2", hop.port())) {
      house
          .set("relayhost", "")
          .set("smtp_tcp_port", Integer.toString(hop.port()))
          .set("inet_interfaces", "127.0.0.3")
          .set("smtp_special_networks", "127.0.0.0/8")
          .zone("dead.example A 127.0.0.1", "live.example A 127.0.0.2")
          .start();
      for (int i = 0; i < 20; i++) {
        List<String> fifty = new ArrayList<>();
        for (int k = 0; k < 50; k++) {
          fifty.add("<" + i + "." + k + "@dead.example>");
        }
        house.send("<ada@example.org>", fifty, MESSAGE.getBytes(UTF_8));
      }
      house.until(() -> !hop.visits().isEmpty());

      house.send("ada@live.example", MESSAGE); // no time passes

      assertThat(live.await().to()).containsExactly("ada@live.example");
      assertThat(house.server().inside().queue().size()).isGreaterThanOrEqualTo(1000);
      assertThat(hop.mostAtOnce()).isLessThanOrEqualTo(20);
    }
  }
}
