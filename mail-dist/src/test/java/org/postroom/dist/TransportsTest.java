package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.dist.RelayHouse.ADA;
import static org.postroom.dist.RelayHouse.MESSAGE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.queue.QueueControl.Change;
import org.postroom.core.queue.QueueControl.Position;
import org.postroom.core.queue.QueueControl.Section;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.testing.Shows;

/** Mail goes by the transport and to the next hop that tables name. */
@Tag("two-clocks")
final class TransportsTest {

  @TempDir private Path folder;

  @Test
  void eachDomainHasItsNextHopAndTheRestTheRelayHost() throws Exception {
    try (RelayHouse house = new RelayHouse();
        RelayHop hub = house.relayhost();
        RelayHop near = RelayHop.open(house.time);
        RelayHop split = RelayHop.open(house.time)) {
      house
          .set(
              "transport_maps",
              "inline:{ {near.test = smtp:"
                  + near.name()
                  + "}, {.near.test = :"
                  + near.name()
                  + "}, {bob@example.org = relay:"
                  + split.name()
                  + "} }")
          .start();

      house.send("x@near.test", MESSAGE);
      assertThat(near.await().to()).containsExactly("x@near.test");
      house.send("x@sub.near.test", MESSAGE);
      assertThat(near.await().to()).containsExactly("x@sub.near.test");
      house.send("bob@example.org", MESSAGE);
      assertThat(split.await().to()).containsExactly("bob@example.org");
      house.send("x@far.test", MESSAGE);
      assertThat(hub.await().to()).containsExactly("x@far.test");
      house.send(ADA, MESSAGE);
      assertThat(house.awaitInbox(1)).hasSize(1);
      house.awaitEmptyQueue();
    }
  }

  @Test
  @Shows("A1.11")
  void eachSenderHasHisRelayHost() throws Exception {
    try (RelayHouse house = new RelayHouse();
        RelayHop hub = house.relayhost();
        RelayHop own = RelayHop.open(house.time)) {
      house
          .set(
              "sender_dependent_relayhost_maps",
              "inline:{ {" + ADA + " = " + own.name() + "}, {eve@example.org = DUNNO} }")
          .start();

      house.send("x@far.test", MESSAGE);
      assertThat(own.await().to()).containsExactly("x@far.test");
      house.send("<eve@example.org>", List.of("<x@far.test>"), MESSAGE.getBytes(UTF_8));
      assertThat(hub.await().from()).isEqualTo("eve@example.org");
      house.awaitEmptyQueue();
    }
  }

  @Test
  void whatGoesNowhereIsRefusedAtOnce() throws Exception {
    try (RelayHouse house = new RelayHouse()) {
      house
          .set(
              "transport_maps",
              "inline:{ {gone.test = error:5.1.2 they are gone}, {late.test = retry:4.3.2 later},"
                  + " {lost.test = discard:} }")
          .start();

      try (SmtpDialogue dialogue = house.dialogue()) {
        dialogue.say("MAIL FROM:<" + ADA + ">");
        assertThat(dialogue.say("RCPT TO:<x@gone.test>"))
            .isEqualTo("550 5.1.2 <x@gone.test>: Recipient address rejected: they are gone");
        assertThat(dialogue.say("RCPT TO:<x@late.test>"))
            .isEqualTo("450 4.3.2 <x@late.test>: Recipient address rejected: later");
      }
      house.send("x@lost.test", MESSAGE);
      house.awaitEmptyQueue();
    }
  }

  /** Attempts go by what tables say by then. */
  @Test
  void whatIsHeldByATableIsLetGoWhenTheTableSaysOtherwise() throws Exception {
    Path table = Files.writeString(folder.resolve("transport"), "a.test hold:audit\n");
    try (RelayHouse house = new RelayHouse();
        RelayHop hop = RelayHop.open(house.time)) {
      house.set("transport_maps", "hash:" + table).start();
      house.send("x@a.test", MESSAGE);
      house.until(() -> held(house).size() == 1);
      assertThat(house.queued("x@a.test").lastReason()).isEqualTo("4.0.0 on hold: audit");
      house.time.advance(Duration.ofDays(6)); // longer than anything waits
      assertThat(held(house)).as("no time runs for it").hasSize(1);

      mend(table, "a.test :" + hop.name() + "\n");
      house.until(
          () -> {
            house.time.advance(Duration.ofSeconds(5)); // in which the table is read again
            int unused =
                house.server().inside().queue().control().change(Change.RELEASE, held(house));
            return house.server().inside().queue().size() == 0;
          });
      assertThat(hop.await().to()).containsExactly("x@a.test");
    }
  }

  private static List<Long> held(RelayHouse house) {
    return house
        .server()
        .inside()
        .queue()
        .control()
        .page(Section.HOLD, Position.START)
        .mails()
        .stream()
        .flatMap(mail -> mail.recipients().stream())
        .map(one -> one.recipient().id())
        .toList();
  }

  private static void mend(Path table, String text) throws IOException {
    Files.writeString(table, text);
    Files.setLastModifiedTime(table, FileTime.from(Instant.now().minusSeconds(60)));
  }

  /** What a table says that cannot be obeyed keeps mail waiting, until the table is mended. */
  @Test
  void mailWaitsForATableToBeMended() throws Exception {
    Path table = Files.writeString(folder.resolve("transport"), "a.test uucp:\nb.test smtp:[x\n");
    try (RelayHouse house = new RelayHouse();
        RelayHop hop = RelayHop.open(house.time)) {
      house.set("transport_maps", "hash:" + table).start();

      house.send("x@a.test", MESSAGE);
      house.send("x@b.test", MESSAGE);
      house.awaitAttempts(1);
      assertThat(house.queued("x@a.test").lastReason())
          .startsWith("4.3.5 mail transport unavailable: there is no \"uucp\", but ");
      assertThat(house.queued("x@b.test").lastReason())
          .startsWith("4.3.5 \"[x\" is no next hop; expected ");

      mend(table, "a.test smtp:" + hop.name() + "\nb.test :" + hop.name() + "\n");
      house.retryUntilEmpty();
      assertThat(List.of(hop.await().to().get(0), hop.await().to().get(0)))
          .containsExactlyInAnyOrder("x@a.test", "x@b.test");
    }
  }

  /** A service of master.cf is a transport like others, with settings of its own. */
  @Test
  void servicesOfMasterCfAreTransports() throws Exception {
    Path main =
        Files.writeString(
            folder.resolve("main.cf"),
            """
            myhostname = mail.example.org
            storage_url = memory:
            relay_transport = slow
            default_transport = fast:[hub.test]
            """);
    Path master =
        Files.writeString(
            folder.resolve("master.cf"), "slow unix - - n - 1 smtp -o smtp_helo_name=slow.test\n");

    assertThatThrownBy(() -> MailServer.builder().configuration(main).check())
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining(
            main
                + ", line 4: default_transport: \"fast\" is no transport; expected one of discard,"
                + " error, ")
        .hasMessageContaining("slow")
        .hasMessageNotContaining("line 3");

    Files.writeString(master, "fast unix - - n - - smtp\n", StandardOpenOption.APPEND);
    MailServer.builder().configuration(main).check();
  }
}
