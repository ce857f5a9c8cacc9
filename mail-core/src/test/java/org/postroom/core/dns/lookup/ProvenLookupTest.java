package org.postroom.core.dns.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.dns.Resolver.Tlsa;
import org.postroom.core.life.Lifeline;
import org.postroom.core.machine.SystemTimers;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.WireOptions;
import org.postroom.core.wire.Wires;

/** What signatures prove (RFC 4035), with a root of the test's own. */
@Timeout(60)
class ProvenLookupTest {
  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
  private static final String TLSA = "_25._tcp.mx.signed.test";

  private final LoopbackNameServer server = new LoopbackNameServer();
  private final SystemTimers timers = new SystemTimers("dns-test", new Lifeline());
  private final Wire wire = Wires.open(WireOptions.defaults(), timers, ForkJoinPool.commonPool());
  private final VirtualTime time = VirtualTime.startingAt(NOW);
  private final SignedZone root = new SignedZone(NOW.minusSeconds(60));
  private final DnsResolver plain =
      DnsResolver.of(
          wire.questions(),
          List.of(server.address()),
          Duration.ofSeconds(10),
          ForkJoinPool.commonPool(),
          time,
          root.anchor());
  private final Resolver resolver = plain.validating().orElseThrow();

  ProvenLookupTest() {
    server.add(
        root.signed(
            "signed.test. 300 MX 10 mx.signed.test.",
            "mx.signed.test. 300 A 192.0.2.1",
            "mx.signed.test. 300 AAAA 2001:db8::1",
            "www.signed.test. 300 CNAME mx.signed.test.",
            "out.signed.test. 300 CNAME mx.plain.test.",
            TLSA + ". 300 TLSA 3 1 1 0A1B2C",
            "wrong.signed.test. 300 A 192.0.2.2",
            "plain.test. 300 NS ns.plain.test."));
    server.add(
        "mx.plain.test. 300 A 192.0.2.3",
        "plain.test. 300 MX 10 mx.plain.test.",
        "_25._tcp.mx.plain.test. 300 TLSA 3 1 1 FF");
  }

  @AfterEach
  void close() {
    wire.close();
    timers.close();
    server.close();
  }

  private static <T> Answer<T> of(CompletionStage<Answer<T>> stage) throws Exception {
    return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static Optional<Domain> proven(Answer<?> answer) {
    assertThat(answer).isInstanceOf(Answer.Found.class);
    return ((Answer.Found<?>) answer).proven();
  }

  @Test
  void saysWhatIsProvenAndWhoseItIs() throws Exception {
    assertThat(proven(of(resolver.mx(Domain.of("signed.test")))))
        .hasValue(Domain.of("signed.test"));
    assertThat(proven(of(resolver.addresses(Domain.of("www.signed.test")))))
        .hasValue(Domain.of("mx.signed.test"));
    assertThat(of(resolver.tlsa(Domain.of(TLSA))))
        .isEqualTo(
            new Answer.Found<>(List.of(new Tlsa(3, 1, 1, "0a1b2c")), Optional.of(Domain.of(TLSA))));
  }

  /** A proven denial of the zone's keys says that nobody can prove anything there. */
  @Test
  void saysWhatNobodyProves() throws Exception {
    assertThat(proven(of(resolver.mx(Domain.of("plain.test"))))).isEmpty();
    assertThat(proven(of(resolver.addresses(Domain.of("out.signed.test"))))).isEmpty();
    assertThat(of(resolver.tlsa(Domain.of("_25._tcp.mx.plain.test"))))
        .isInstanceOf(Answer.NoData.class);
    assertThat(proven(of(plain.mx(Domain.of("signed.test"))))).isEmpty();
    assertThat(of(plain.tlsa(Domain.of(TLSA)))).isInstanceOf(Answer.NoData.class);
  }

  @Test
  void whatIsDeniedIsNotThere() throws Exception {
    assertThat(of(resolver.tlsa(Domain.of("mx.signed.test")))).isInstanceOf(Answer.NoData.class);
    assertThat(of(resolver.tlsa(Domain.of("_25._tcp.www.signed.test"))))
        .isInstanceOf(Answer.NoSuchName.class);
  }

  /** Whoever changes an answer, or leaves out its signature, is not believed. */
  @Test
  void whatHasAWrongProofIsNoAnswer() throws Exception {
    server.replace("wrong.signed.test. 300 A 192.0.2.66");
    server.replace(TLSA + ". 300 TLSA 3 1 1 666666");

    assertThat(of(resolver.addresses(Domain.of("wrong.signed.test"))))
        .isInstanceOf(Answer.TryAgain.class);
    assertThat(of(resolver.tlsa(Domain.of(TLSA))))
        .isInstanceOfSatisfying(
            Answer.TryAgain.class, later -> assertThat(later.reason()).contains("SERVFAIL"));
  }

  @Test
  void aSignatureThatIsTooOldProvesNothing() throws Exception {
    time.advance(Duration.ofDays(2));

    assertThat(of(resolver.mx(Domain.of("signed.test")))).isInstanceOf(Answer.TryAgain.class);
  }

  @Test
  void asksAnewWhenItsTimeIsOver() throws Exception {
    Answer<?> first = of(resolver.tlsa(Domain.of(TLSA)));
    int asked = server.asked();

    assertThat(of(resolver.tlsa(Domain.of(TLSA)))).isEqualTo(first);
    assertThat(server.asked()).isEqualTo(asked);
    time.advance(Duration.ofSeconds(301));
    assertThat(of(resolver.tlsa(Domain.of(TLSA)))).isEqualTo(first);
    assertThat(server.asked()).isGreaterThan(asked);
  }
}
