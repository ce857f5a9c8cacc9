package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.config.BadValue;
import org.postroom.core.fact.Fact;
import org.postroom.core.policy.Decision;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.restriction.Verdict;
import org.postroom.storage.Storage;

/** An application's restrictions, judged in the lists that name them. */
@Timeout(60)
final class AddedRestrictionTest {
  private static final String ADA = "ada@example.org";
  private static final byte[] MAIL = "Subject: x\r\n\r\nbody\r\n".getBytes(US_ASCII);

  private static ServerBuilder described() {
    return MailServer.builder()
        .hostname("mail.example.org")
        .domains("example.org")
        .set("mynetworks", "192.0.2.1")
        .storage(Storage.inMemory())
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .account(ADA, "correct horse");
  }

  private static String send(MailServer server, String from, String to) throws IOException {
    try (SmtpDialogue client = SmtpDialogue.open(server.address(Role.MX))) {
      return client.send(from, to, MAIL);
    }
  }

  /** Whether the application has blocked a sender; its directory has to be asked. */
  private record Blocked(String sender, Set<Thread> askedBy) implements Fact<Boolean> {
    @Override
    public Optional<Boolean> atOnce() {
      return Optional.empty();
    }

    @Override
    public CompletionStage<Boolean> ask(Executor mayBlock) {
      return CompletableFuture.supplyAsync(
          () -> {
            askedBy.add(Thread.currentThread());
            return sender.equals("eve@far.test");
          },
          mayBlock);
    }

    @Override
    public String toString() {
      return "blocked " + sender;
    }
  }

  @Test
  void isAskedWhereAListNamesItAndMayAskForFacts() throws IOException {
    Set<Thread> askedBy = ConcurrentHashMap.newKeySet();
    try (MailServer server =
        described()
            .restriction(
                "reject_blocked",
                (mail, facts) ->
                    facts.know(new Blocked(mail.sender().orElseThrow().toString(), askedBy))
                        ? Verdict.Reject.of(550, ".7.1", "not from you")
                        : Verdict.DUNNO)
            .set("smtpd_sender_restrictions", "permit_mynetworks, REJECT_blocked")
            .start()) {
      assertThat(send(server, "eve@far.test", ADA)).isEqualTo("550 5.7.1 not from you");
      assertThat(send(server, "x@far.test", ADA)).startsWith("250 ");

      assertThat(askedBy)
          .isNotEmpty()
          .allSatisfy(one -> assertThat(one.getName()).doesNotContain("wire"));
      assertThat(server.inside().decisions().get(0).decision().steps())
          .filteredOn(step -> step.rule().equals("reject_blocked"))
          .extracting(Decision.Step::noted)
          .containsExactly(" blocked eve@far.test=true");
    }
  }

  @Test
  void takesAnArgumentAndStandsInTablesAndClasses() throws IOException {
    try (MailServer server =
        described()
            .restriction(
                "reject_letter",
                letter -> {
                  if (letter.length() != 1) {
                    throw new BadValue("one letter, please");
                  }
                  return (mail, facts) ->
                      mail.sender().orElseThrow().toString().startsWith(letter)
                          ? Verdict.Reject.of(554, ".7.1", "no " + letter)
                          : Verdict.DUNNO;
                })
            .restriction("reject_all", (mail, facts) -> Verdict.Reject.of(450, ".7.1", "nobody"))
            .set("smtpd_restriction_classes", "letters")
            .set("letters", "reject_letter a, warn_if_reject reject_letter b, reject_letter c")
            .set(
                "smtpd_sender_restrictions",
                "letters, check_sender_access inline:{zed@far.test=reject_all}")
            .start()) {
      assertThat(send(server, "a@far.test", ADA)).isEqualTo("554 5.7.1 no a");
      assertThat(send(server, "b@far.test", ADA)).startsWith("250 ");
      assertThat(send(server, "c@far.test", ADA)).isEqualTo("554 5.7.1 no c");
      assertThat(send(server, "zed@far.test", ADA)).isEqualTo("450 4.7.1 nobody");
    }
    assertThatThrownBy(
            described()
                    .restriction(
                        "reject_letter",
                        letter -> {
                          throw new BadValue("one letter, please");
                        })
                    .set("smtpd_sender_restrictions", "reject_letter aa")
                ::check)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("reject_letter: one letter, please");
  }

  @Test
  void itsPermissionOpensNoRelayAndItsFaultRefusesForNow() throws IOException {
    try (MailServer server =
        described()
            .restriction("permit_everybody", (mail, facts) -> Verdict.OK)
            .restriction(
                "reject_or_fail",
                (mail, facts) -> {
                  throw new IllegalStateException("a fault of the application's");
                })
            .set("smtpd_relay_restrictions", "permit_everybody, reject_unauth_destination")
            .set("smtpd_data_restrictions", "reject_or_fail")
            .start()) {
      assertThat(send(server, "x@far.test", "y@elsewhere.test")).startsWith("554 5.7.1 ");
      assertThat(send(server, "x@far.test", ADA)).startsWith("451 4.3.5 ");
    }
    assertThatThrownBy(
            described()
                    .restriction("permit_everybody", (mail, facts) -> Verdict.PROVEN)
                    .set("smtpd_relay_restrictions", "permit_everybody")
                    .set("smtpd_recipient_restrictions", "permit_everybody")
                ::check)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("reject_unauth_destination");
  }

  @Test
  void noneTakesAnothersName() {
    ServerBuilder builder = described().restriction("reject_x", (mail, facts) -> Verdict.DUNNO);

    assertThatThrownBy(() -> builder.restriction("reject_x", (mail, facts) -> Verdict.DUNNO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> builder.restriction("permit_mynetworks", (mail, facts) -> Verdict.PROVEN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.restriction("reject x", (mail, facts) -> Verdict.DUNNO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(MailServer.builder().set("smtpd_client_restrictions", "reject_x")::check)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("unknown restriction: reject_x");
  }
}
