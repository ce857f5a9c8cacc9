package org.postroom.smtp.client.sts;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.testing.MemoryMemoStore;
import org.postroom.core.time.VirtualTime;
import org.postroom.smtp.client.sts.PolicyFetch.Fetched;

/** When policies are asked for, and how long they count. Time, DNS and the web are the test's. */
class StsPoliciesTest {
  private static final Domain FAR = Domain.of("far.test");
  private static final Duration WEEK = Duration.ofDays(7);

  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z"));
  private final MemoryMemoStore memos = new MemoryMemoStore();
  private final Names names = new Names();
  private final Web web = new Web();
  private StsPolicies policies = open(KnownPolicies.MOST);

  private StsPolicies open(int most) {
    return new StsPolicies(names, new KnownPolicies(memos, time, Runnable::run, most), time, time);
  }

  /** Texts that change. */
  private static final class Names implements Resolver {
    private final Map<Domain, Answer<String>> texts = new LinkedHashMap<>();
    private final ZoneResolver none = ZoneResolver.of();

    @Override
    public CompletionStage<Answer<MailExchanger>> mx(Domain domain) {
      return none.mx(domain);
    }

    @Override
    public CompletionStage<Answer<Domain>> nameServers(Domain domain) {
      return none.nameServers(domain);
    }

    @Override
    public CompletionStage<Answer<InetAddress>> addresses(Domain host) {
      return none.addresses(host);
    }

    @Override
    public CompletionStage<Answer<Domain>> names(InetAddress address) {
      return none.names(address);
    }

    @Override
    public CompletionStage<Answer<String>> texts(Domain name) {
      return CompletableFuture.completedStage(texts.getOrDefault(name, new Answer.NoSuchName<>()));
    }

    @Override
    public CompletionStage<Answer<Tlsa>> tlsa(Domain name) {
      return none.tlsa(name);
    }

    void id(Domain domain, String id) {
      texts.put(
          Domain.of("_mta-sts." + domain), new Answer.Found<>(List.of("v=STSv1; id=" + id + ";")));
    }
  }

  /** What the domains' servers would show. */
  private static final class Web implements PolicyFetch {
    private final Map<Domain, Fetched> shown = new LinkedHashMap<>();
    private final List<Domain> asked = new ArrayList<>();
    private final List<Runnable> kept = new ArrayList<>();
    private boolean keeping;

    @Override
    public CompletionStage<Fetched> of(Domain domain) {
      asked.add(domain);
      CompletableFuture<Fetched> answer = new CompletableFuture<>();
      Fetched now =
          shown.getOrDefault(domain, new Fetched.Failed(PolicyFetch.Failure.FETCH, "nobody there"));
      if (keeping) {
        kept.add(() -> answer.complete(now));
      } else {
        answer.complete(now);
      }
      return answer;
    }
  }

  private static StsPolicy policy(String exchanger, Duration age) {
    return new StsPolicy(StsPolicy.Mode.ENFORCE, age, List.of(exchanger));
  }

  private void shows(Domain domain, String id, StsPolicy policy) {
    names.id(domain, id);
    web.shown.put(domain, new Fetched.Shown(policy));
  }

  private void isAway(Domain domain) {
    web.shown.remove(domain);
  }

  private StsPolicies.Found find(Domain domain) {
    return policies.find(domain, web).toCompletableFuture().join();
  }

  private Optional<String> exchanger(Domain domain) {
    return find(domain).policy().map(policy -> policy.exchangers().get(0));
  }

  @Test
  void whoSaysNothingHasNone() {
    names.texts.put(
        Domain.of("_mta-sts.far.test"),
        new Resolver.Answer.Found<>(List.of("v=STSv1; id=1", "v=STSv1; id=1")));

    assertThat(find(Domain.of("near.test")).policy()).isEmpty();
    assertThat(find(FAR).policy()).isEmpty();
    assertThat(find(Domain.of("a.".repeat(123) + "test")).policy()).isEmpty();
    assertThat(web.asked).isEmpty();
  }

  @Test
  void isFetchedOnceAndAgainWhenItsIdChanges() {
    shows(FAR, "1", policy("one.test", WEEK));

    assertThat(exchanger(FAR)).contains("one.test");
    shows(FAR, "1", policy("two.test", WEEK));
    assertThat(exchanger(FAR)).contains("one.test");
    shows(FAR, "2", policy("two.test", WEEK));
    assertThat(exchanger(FAR)).contains("two.test");
    assertThat(exchanger(FAR)).contains("two.test");
    assertThat(web.asked).hasSize(2);
  }

  @Test
  void countsUntilItExpiresWhateverBecomesOfDnsAndServer() {
    shows(FAR, "1", policy("one.test", WEEK));
    assertThat(exchanger(FAR)).contains("one.test");

    names.texts.clear();
    isAway(FAR);
    assertThat(exchanger(FAR)).contains("one.test");
    names.texts.put(Domain.of("_mta-sts.far.test"), new Resolver.Answer.TryAgain<>("SERVFAIL"));
    assertThat(exchanger(FAR)).contains("one.test");
    names.id(FAR, "2");
    StsPolicies.Found found = find(FAR);
    assertThat(found.policy()).isPresent();
    assertThat(found.trouble()).isPresent();
    time.advance(WEEK.minusSeconds(1));
    assertThat(exchanger(FAR)).contains("one.test");
    time.advance(Duration.ofSeconds(1));
    assertThat(exchanger(FAR)).isEmpty();
  }

  @Test
  void outlivesARestart() {
    shows(FAR, "1", policy("one.test", WEEK));
    assertThat(exchanger(FAR)).contains("one.test");
    policies.close();

    policies = open(KnownPolicies.MOST);
    isAway(FAR);
    names.texts.clear();

    assertThat(exchanger(FAR)).contains("one.test");
    assertThat(web.asked).hasSize(1);
    time.advance(WEEK.plusHours(1));
    assertThat(memos.page("mta-sts", "", 9)).isEmpty();
  }

  @Test
  void whoDoesNotAnswerIsLeftInPeaceForFiveMinutes() {
    names.id(FAR, "1");

    assertThat(find(FAR).trouble().orElseThrow().reason()).isEqualTo("nobody there");
    shows(FAR, "1", policy("one.test", WEEK));
    time.advance(StsPolicies.PAUSE.minusMillis(1));
    assertThat(find(FAR).trouble().orElseThrow().reason()).isEqualTo("nobody there");
    assertThat(find(FAR).policy()).isEmpty();
    assertThat(web.asked).hasSize(1);
    time.advance(Duration.ofMillis(1));
    assertThat(exchanger(FAR)).contains("one.test");
  }

  @Test
  void isRenewedEachDayAsLongAsMailGoesThere() {
    shows(FAR, "1", policy("one.test", WEEK));
    assertThat(exchanger(FAR)).contains("one.test");

    time.advance(Duration.ofDays(10));
    assertThat(web.asked).hasSizeBetween(9, 11);
    assertThat(exchanger(FAR)).contains("one.test");
    time.advance(StsPolicies.UNUSED);
    int asked = web.asked.size();
    time.advance(WEEK.plusDays(1));
    assertThat(web.asked).hasSize(asked);
    assertThat(memos.page("mta-sts", "", 9)).isEmpty();
  }

  /** Nobody waits to hear that all is as before. */
  @Test
  void aMailIsNotHeldUpByARenewal() {
    shows(FAR, "1", policy("one.test", WEEK));
    assertThat(exchanger(FAR)).contains("one.test");
    policies.close();
    policies = open(KnownPolicies.MOST);
    time.advance(Duration.ofDays(2));
    web.keeping = true;

    assertThat(exchanger(FAR)).contains("one.test");
    assertThat(exchanger(FAR)).contains("one.test");
    assertThat(web.asked).hasSize(2);
  }

  @Test
  void eachIsAskedByOneAtATimeAndFewAtTheSameTime() {
    web.keeping = true;
    List<CompletableFuture<StsPolicies.Found>> finds = new ArrayList<>();
    int all = StsPolicies.PLACES + StsPolicies.WAITING;
    for (int i = 0; i < all + 2; i++) {
      Domain domain = Domain.of("d" + i + ".test");
      shows(domain, "1", policy("mx.test", WEEK));
      finds.add(policies.find(domain, web).toCompletableFuture());
      finds.add(policies.find(domain, web).toCompletableFuture());
    }
    assertThat(web.asked).hasSize(StsPolicies.PLACES);
    assertThat(finds.stream().filter(CompletableFuture::isDone)).hasSize(4);
    assertThat(finds.get(2 * all).join().trouble().orElseThrow().reason())
        .isEqualTo("too many are asked already");

    while (!web.kept.isEmpty()) {
      web.kept.remove(0).run();
      assertThat(web.kept).hasSizeLessThanOrEqualTo(StsPolicies.PLACES);
    }

    assertThat(web.asked).hasSize(all);
    assertThat(finds).allMatch(CompletableFuture::isDone);
    assertThat(finds.get(0).join().policy()).isPresent();
    assertThat(finds.get(2 * all - 1).join().policy()).isPresent();
  }

  @Test
  void aMailWaitsForAFetchAndNotForAllBeforeIt() {
    web.keeping = true;
    shows(FAR, "1", policy("one.test", WEEK));
    CompletableFuture<StsPolicies.Found> found = policies.find(FAR, web).toCompletableFuture();

    time.advance(StsPolicies.LONGEST.minusSeconds(1));
    assertThat(found).isNotDone();
    time.advance(Duration.ofSeconds(1));

    assertThat(found.join().policy()).isEmpty();
    assertThat(found.join().trouble()).isPresent();
    web.kept.remove(0).run();
    assertThat(exchanger(FAR)).contains("one.test");
  }

  @Test
  void noneIsRenewedWhenNobodyWantsThemAnyMore() {
    shows(FAR, "1", policy("one.test", WEEK));
    assertThat(exchanger(FAR)).contains("one.test");
    policies.renewWhile(() -> false);

    time.advance(Duration.ofDays(3));

    assertThat(web.asked).hasSize(1);
    policies.renewWhile(() -> true);
    assertThat(exchanger(FAR)).contains("one.test");
    time.advance(Duration.ofDays(3));
    assertThat(web.asked).hasSizeGreaterThan(3);
  }

  @Test
  void whoeverWasNotUsedForLongestIsForgottenWhereThereIsNoRoom() {
    policies = open(3);
    List<Domain> domains = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Domain domain = Domain.of("d" + i + ".test");
      domains.add(domain);
      shows(domain, "1", policy("mx.test", WEEK));
      assertThat(exchanger(domain)).isPresent();
      assertThat(exchanger(domains.get(0))).isPresent();
    }

    assertThat(memos.page("mta-sts", "", 9))
        .extracting(memo -> memo.name())
        .containsExactly("d0.test", "d3.test", "d4.test");
  }

  @Test
  void aPolicyMayCountForThisMailOnly() {
    shows(FAR, "1", policy("one.test", Duration.ZERO));

    assertThat(exchanger(FAR)).contains("one.test");
    assertThat(exchanger(FAR)).contains("one.test");
    assertThat(web.asked).hasSize(2);
    assertThat(memos.page("mta-sts", "", 9)).isEmpty();
  }
}
