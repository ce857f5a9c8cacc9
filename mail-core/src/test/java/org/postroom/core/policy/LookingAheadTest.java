package org.postroom.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.config.Settings;
import org.postroom.core.dns.Resolver;
import org.postroom.core.fact.Fact;
import org.postroom.core.inquiry.Inquiry;
import org.postroom.core.inquiry.Notes;
import org.postroom.core.policy.service.PolicyServers;
import org.postroom.core.time.VirtualTime;

/** What is far away is asked for side by side, and never without bounds. */
final class LookingAheadTest {
  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z"));
  private final Slow resolver = new Slow();

  /** Keeps every question until it is told to answer. */
  private static final class Slow implements Resolver {
    private final List<String> asked = new ArrayList<>();
    private final List<Runnable> waiting = new ArrayList<>();

    /** Answers all that wait with "no such name"; gives how many they were. */
    int answer() {
      List<Runnable> now = new ArrayList<>(waiting);
      waiting.clear();
      now.forEach(Runnable::run);
      return now.size();
    }

    private <T> CompletionStage<Answer<T>> later(String question) {
      CompletableFuture<Answer<T>> answer = new CompletableFuture<>();
      asked.add(question);
      waiting.add(() -> answer.complete(new Answer.NoSuchName<>()));
      return answer;
    }

    @Override
    public CompletionStage<Answer<MailExchanger>> mx(Domain domain) {
      return later("MX " + domain);
    }

    @Override
    public CompletionStage<Answer<Domain>> nameServers(Domain domain) {
      return later("NS " + domain);
    }

    @Override
    public CompletionStage<Answer<InetAddress>> addresses(Domain host) {
      return later("A " + host);
    }

    @Override
    public CompletionStage<Answer<Domain>> names(InetAddress address) {
      return later("PTR " + address);
    }

    @Override
    public CompletionStage<Answer<String>> texts(Domain name) {
      return later("TXT " + name);
    }

    @Override
    public CompletionStage<Answer<Tlsa>> tlsa(Domain name) {
      return later("TLSA " + name);
    }
  }

  private CompletableFuture<Decision> judged(String name, String value) {
    Policy policy =
        Policy.of(
            Settings.builder(PolicyParams.ALL)
                .set("myhostname", "mx.our.test")
                .set("mydestination", "our.test")
                .set("smtpd_recipient_restrictions", "reject_rhsbl_helo rhs.test")
                .set(name, value)
                .build(),
            new OwnAddresses(List.of(), List.of()));
    PolicyContext mail =
        PolicyContext.of(
                PolicyContext.Client.of(
                    IpLiteral.parse("203.0.113.9").orElseThrow(),
                    Fact.of("client name", ClientNames.ABSENT)),
                new Sources(resolver, Directory.EMPTY, PolicyServers.NONE, time))
            .hailedAs(Optional.of("h.test"))
            .to(Address.parse("ada@our.test"));
    return new Inquiry(Runnable::run, time)
        .pursue(
            new Notes(),
            facts -> policy.judge().judge(Moment.RECIPIENT, mail, Pending.NOTHING, facts))
        .toCompletableFuture();
  }

  private static String lists(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "reject_rbl_client bl" + i + ".test")
        .collect(Collectors.joining(", "));
  }

  @Test
  void allListsAreAskedInOneRound() {
    CompletableFuture<Decision> decision =
        judged("smtpd_client_restrictions", lists(12) + ", reject_unknown_helo_hostname");

    assertThat(resolver.asked)
        .hasSize(14) // and the name, and the list that another list names
        .contains("A 9.113.0.203.bl0.test", "A 9.113.0.203.bl11.test", "A h.test")
        .contains("A h.test.rhs.test");
    resolver.answer();
    assertThat(resolver.asked).hasSize(15).contains("MX h.test");
    resolver.answer();
    assertThat(decision).isDone();
  }

  @Test
  void nothingIsAskedBehindWhatDecides() {
    CompletableFuture<Decision> unused =
        judged("smtpd_client_restrictions", lists(2) + ", permit, " + lists(9));

    assertThat(resolver.asked).hasSize(3);
  }

  @Test
  void aThousandListsAreAskedInRounds() {
    CompletableFuture<Decision> decision = judged("smtpd_client_restrictions", lists(1000));

    int most = 0;
    for (int round = 0; !decision.isDone() && round < 1000; round++) {
      most = Math.max(most, resolver.answer());
    }

    assertThat(decision.join().isPermitted()).isTrue();
    assertThat(resolver.asked).hasSize(1001);
    assertThat(most).isLessThanOrEqualTo(100);
  }

  @Test
  void aDnsThatNeverAnswersRefusesNobodyAndHoldsNobodyForEver() {
    CompletableFuture<Decision> decision = judged("smtpd_client_restrictions", lists(12));

    time.advance(Duration.ofSeconds(99));
    assertThat(decision).isNotDone();
    time.advance(Duration.ofSeconds(2));

    assertThat(decision.join().isPermitted()).isTrue();
  }

  @Test
  void aPauseIsOneForEachRecipientAndList() {
    CompletableFuture<Decision> decision = judged("smtpd_client_restrictions", "sleep 5");

    resolver.answer();
    assertThat(decision).isNotDone();
    time.advance(Duration.ofSeconds(5));
    resolver.answer();

    assertThat(decision.join().isPermitted()).isTrue();
  }
}
