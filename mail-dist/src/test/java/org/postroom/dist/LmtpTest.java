package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.dist.RelayHouse.ADA;
import static org.postroom.dist.RelayHouse.MESSAGE;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.storage.Storage;

/** Mail is handed to delivery agents by LMTP, over the network and by a socket of this machine. */
@Tag("two-clocks")
final class LmtpTest {

  @TempDir private Path folder;

  /** Another server of ours, which has bob's and carol's mailboxes. */
  private static MailServer agent(boolean byFile, Path socket) {
    ServerBuilder builder =
        MailServer.builder()
            .hostname("agent.example.net")
            .storage(Storage.inMemory())
            .set("virtual_mailbox_domains", "example.net")
            .set("mynetworks", "127.0.0.0/8")
            .bind(InetAddress.getLoopbackAddress())
            .account("bob@example.net", "correct horse")
            .account("carol@example.net", "correct horse");
    return (byFile ? builder.set("listeners", "lmtp:unix:" + socket) : builder.listen(Role.LMTP, 0))
        .start();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"inet:127.0.0.1:PORT", "[127.0.0.1]:PORT", "localhost:PORT", "unix:SOCKET"})
  void anAgentHasTheMailboxes(String hop) throws Exception {
    Path socket = folder.resolve("lmtp");
    boolean byFile = hop.startsWith("unix:");
    try (MailServer agent = agent(byFile, socket);
        RelayHouse house = new RelayHouse()) {
      int port = byFile ? 0 : agent.address(Role.LMTP).getPort();
      house
          .set(
              "transport_maps",
              "inline:{example.net=lmtp:"
                  + hop.replace("PORT", Integer.toString(port)).replace("SOCKET", socket.toString())
                  + "}")
          .start();

      house.send(
          "<" + ADA + ">",
          List.of("<bob@example.net>", "<nobody@example.net>", "<carol@example.net>"),
          MESSAGE.getBytes(UTF_8));

      house.until(
          () ->
              Inbox.of(agent, "bob@example.net").size() == 1
                  && Inbox.of(agent, "carol@example.net").size() == 1);
      assertThat(house.awaitInbox(1).get(0))
          .contains("Final-Recipient: rfc822; nobody@example.net")
          .contains("Status: 5.1.1")
          .doesNotContain("Final-Recipient: rfc822; bob");
      house.awaitEmptyQueue();
    }
  }

  /** Safety and log-ins of its own, whatever settings say of SMTP. */
  @Test
  void anAgentIsTalkedToAsSafelyAsSettingsSay() throws Exception {
    try (RelayHouse house = new RelayHouse();
        MailServer agent =
            MailServer.builder()
                .hostname("agent.example.net")
                .storage(Storage.inMemory())
                .set("virtual_mailbox_domains", "example.net")
                .bind(InetAddress.getLoopbackAddress())
                .account("bob@example.net", "correct horse")
                .listen(Role.LMTP, 0)
                .start()) {
      Path authority = folder.resolve("ca.pem");
      Files.writeString(authority, agent.authority().orElseThrow());
      house
          .zone("agent.example.net A 127.0.0.1")
          .set("smtp_special_networks", "127.0.0.0/8")
          .set("smtp_tls_security_level", "none")
          .set("lmtp_tls_security_level", "verify")
          .set("lmtp_tls_CAfile", authority.toString())
          .set(
              "transport_maps",
              "inline:{example.net=lmtp:agent.example.net:"
                  + agent.address(Role.LMTP).getPort()
                  + "}")
          .start();

      house.send("bob@example.net", MESSAGE);

      house.until(() -> Inbox.of(agent, "bob@example.net").size() == 1);
      assertThat(Inbox.of(agent, "bob@example.net").get(0)).contains("with LMTPS id");
    }
  }

  @Test
  void anAgentIsLoggedInToAndRefusedWhereItOffersNoTls() throws Exception {
    try (RelayHouse house = new RelayHouse();
        RelayHop hop = RelayHop.open(house.time);
        RelayHop plain = RelayHop.open(house.time)) {
      hop.offers("AUTH PLAIN").always("AUTH", "235 2.7.0 Ok");
      house
          .set("lmtp_sasl_auth_enable", "yes")
          .set("lmtp_sasl_password_maps", "inline:{ {127.0.0.1=ada:secret} }")
          .set("lmtp_sasl_security_options", "noanonymous")
          .set("lmtp_tls_policy_maps", "inline:{ {" + plain.name() + "=encrypt} }")
          .set(
              "transport_maps",
              "inline:{far.test=lmtp:" + hop.name() + ", near.test=lmtp:" + plain.name() + "}")
          .start();

      house.send("a@far.test", MESSAGE);
      house.send("a@near.test", MESSAGE);

      assertThat(hop.await().to()).containsExactly("a@far.test");
      assertThat(hop.heard()).anyMatch(line -> line.startsWith("AUTH PLAIN "));
      house.until(() -> house.queued("a@near.test").attempts() >= 1);
      assertThat(house.queued("a@near.test").lastReason()).startsWith("4.7.4 TLS is required");
      assertThat(plain.unread()).isZero();
    }
  }

  /** RFC 2033, 4.2: what is said behind the dot is said to each recipient that was taken. */
  @Test
  void eachRecipientHasAnAnswer() throws Exception {
    try (RelayHouse house = new RelayHouse();
        RelayHop hop = RelayHop.open(house.time)) {
      hop.always("RCPT TO:<no@far.test>", "550 5.1.1 Nobody")
          .once(".later@far.test", "452 4.2.2 Full")
          .always(".never@far.test", "552 5.2.2 Full for good");
      house.set("default_transport", "lmtp:" + hop.name()).start();

      house.send(
          "<" + ADA + ">",
          List.of(
              "<a@far.test>",
              "<no@far.test>",
              "<later@far.test>",
              "<never@far.test>",
              "<z@far.test>"),
          MESSAGE.getBytes(UTF_8));

      assertThat(hop.await().to()).containsExactly("a@far.test", "z@far.test");
      String report = house.awaitInbox(1).get(0);
      assertThat(report).contains("5.1.1 Nobody").contains("5.2.2 Full for good");
      assertThat(report)
          .doesNotContain("rfc822; a@far.test")
          .doesNotContain("rfc822; later@far.test");
      assertThat(house.queued("later@far.test").lastReason()).startsWith("4.2.2 host ");
      house.retryUntilEmpty();
      assertThat(hop.await().to()).containsExactly("later@far.test");
      assertThat(hop.heard()).contains("LHLO mail.example.org");
    }
  }

  /** Who has heard that he has it does not get it again. */
  @Test
  void aConnectionThatBreaksAmongAnswersCostsThoseBehindAlone() throws Exception {
    try (RelayHouse house = new RelayHouse();
        RelayHop hop = RelayHop.open(house.time)) {
      hop.once(".b@far.test", RelayHop.DROP);
      house.set("default_transport", "lmtp:inet:" + hop.name()).start();

      house.send(
          "<" + ADA + ">",
          List.of("<a@far.test>", "<b@far.test>", "<c@far.test>"),
          MESSAGE.getBytes(UTF_8));

      assertThat(hop.await().to()).containsExactly("a@far.test");
      house.awaitAttempts(1);
      assertThat(house.queued("b@far.test").lastReason()).startsWith("4.4.2 lost connection");
      house.retryUntilEmpty();
      assertThat(hop.await().to()).containsExactly("b@far.test", "c@far.test");
    }
  }

  /** Behind a line that is no answer nobody knows whose the next one is. */
  @Test
  void nobodyHasTheAnswerOfAnother() throws Exception {
    try (RelayHouse house = new RelayHouse();
        RelayHop hop = RelayHop.open(house.time)) {
      hop.once(".b@far.test", "what is that");
      hop.once(".c@far.test", "552 5.2.2 Full for good");
      house.set("default_transport", "lmtp:inet:" + hop.name()).start();

      house.send(
          "<" + ADA + ">",
          List.of("<a@far.test>", "<b@far.test>", "<c@far.test>", "<d@far.test>"),
          MESSAGE.getBytes(UTF_8));

      house.awaitAttempts(1);
      assertThat(house.queued())
          .extracting(one -> one.recipient().address().toString())
          .containsExactly("b@far.test", "c@far.test", "d@far.test");
    }
  }

  /** What stands there and is none keeps mail waiting. */
  @Test
  void mailWaitsForASocketThatIsNotThere() throws Exception {
    try (RelayHouse house = new RelayHouse()) {
      house.set("default_transport", "lmtp:unix:" + folder.resolve("gone")).start();

      house.send("a@far.test", MESSAGE);

      house.awaitAttempts(1);
      assertThat(house.queued("a@far.test").lastReason())
          .startsWith("4.4.1 connect to mail.example.org[" + folder.resolve("gone") + "]: ");
    }
  }
}
