package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.dist.operation.ExplainOperation;
import org.postroom.dist.operation.ExplainOperation.Question;
import org.postroom.dist.operation.ExplainOperation.Step;

/** Mail of others that is sent on is in a name of ours, and reports on it find its sender. */
@Tag("two-clocks")
final class ForwardingTest {
  private static final String MAIL = "From: alice@far.test\r\nSubject: hello\r\n\r\nhello\r\n";
  private static final String SRS = "SRS0=[^=]{4}=[A-Z2-7]{2}=far\\.test=alice@example\\.org";

  @TempDir private Path folder;
  private final RelayHouse house = new RelayHouse();
  private final RelayHop second = house.relayhost();

  @BeforeEach
  void start() throws IOException {
    Path secrets = Files.writeString(folder.resolve("secrets"), "secretsecret\n");
    Files.setPosixFilePermissions(secrets, PosixFilePermissions.fromString("rw-------"));
    house
        .set(
            "virtual_alias_maps",
            "inline:{ { team@example.org = ada@example.org, bob@example.net } }")
        .set("srs_domain", "example.org")
        .set("srs_secrets_file", secrets.toString())
        .start();
  }

  @AfterEach
  void stop() {
    house.close();
  }

  private void send(String from, String to, String mail) throws Exception {
    house.send("<" + from + ">", List.of("<" + to + ">"), mail.getBytes(UTF_8));
  }

  @Test
  void theNextServersReportComesBackToTheFirstSender() throws Exception {
    send("alice@far.test", "team@example.org", MAIL);

    RelayHop.Mail forwarded = second.await();
    assertThat(forwarded.from()).matches(SRS);
    assertThat(forwarded.to()).containsExactly("bob@example.net");
    assertThat(forwarded.text()).endsWith(MAIL);
    assertThat(house.awaitInbox(1).get(0)).startsWith("Return-Path: <alice@far.test>\r\n");

    send("", forwarded.from(), "Subject: undelivered\r\n\r\n");

    RelayHop.Mail report = second.await();
    assertThat(report.from()).isEmpty();
    assertThat(report.to()).containsExactly("alice@far.test");
    house.awaitEmptyQueue();
  }

  @Test
  void soDoesOurOwn() throws Exception {
    second.always("RCPT TO:<bob", "550 5.1.1 No such user");

    send("alice@far.test", "team@example.org", MAIL);

    RelayHop.Mail report = second.await();
    assertThat(report.from()).isEmpty();
    assertThat(report.to()).containsExactly("alice@far.test");
    assertThat(report.text()).contains("Final-Recipient: rfc822; bob@example.net");
    house.awaitEmptyQueue();
  }

  @Test
  void mailOfOurOwnKeepsItsSender() throws Exception {
    send(RelayHouse.ADA, "team@example.org", MAIL);

    assertThat(second.await().from()).isEqualTo(RelayHouse.ADA);
  }

  @Test
  void nobodyElseHasMailSentOn() throws Exception {
    try (SmtpDialogue client = house.dialogue()) {
      client.say("MAIL FROM:<>");

      assertThat(client.say("RCPT TO:<SRS0=aaaa=AA=far.test=alice@example.org>"))
          .startsWith("550 5.1.1 ")
          .contains("Not an address that mail was forwarded from here");
      assertThat(client.say("RCPT TO:<srs1=aaaa=far.test=x@example.org>")).startsWith("550 5.1.1 ");
    }
  }

  @Test
  void explainSaysInWhoseName() {
    Question question =
        new Question(
            "smtp",
            "192.0.2.1",
            Optional.of("mx.far.test"),
            Optional.empty(),
            false,
            0,
            "alice@far.test",
            List.of("team@example.org"));

    List<Step> steps =
        ExplainOperation.EXPLAIN.perform(new ServerDesk(house.server()), question).steps();

    assertThat(steps.get(steps.size() - 1).way())
        .anySatisfy(
            step ->
                assertThat(step)
                    .matches(
                        "from alice@far\\.test -> from "
                            + SRS
                            + " \\(srs_domain, to example\\.net\\)"));
  }
}
