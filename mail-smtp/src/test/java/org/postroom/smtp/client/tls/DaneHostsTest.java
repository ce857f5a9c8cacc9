package org.postroom.smtp.client.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver.Tlsa;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.smtp.client.tls.HostPolicies.Judgement;

/** What TLSA records have to say of a host (RFC 7672, 2). */
class DaneHostsTest {
  private static final String DIGEST = "ab".repeat(32);
  private static final String LONG = "cd".repeat(64);

  private static final ZoneResolver ZONE =
      ZoneResolver.of(
          "_25._tcp.known.test TLSA 3 1 1 " + DIGEST,
          "_25._tcp.target.test TLSA 3 1 1 " + DIGEST,
          "_25._tcp.alias.test TLSA 3 1 2 " + LONG,
          "_25._tcp.second.test TLSA 3 1 1 " + DIGEST,
          "_25._tcp.strange.test TLSA 0 0 1 " + DIGEST,
          "_25._tcp.strange.test TLSA 3 1 1 abcd",
          "_25._tcp.strange.test TLSA 3 2 1 " + DIGEST,
          "_25._tcp.strange.test TLSA 3 1 9 " + DIGEST,
          "_25._tcp.broken.test SERVFAIL",
          "_25._tcp.plain.test TLSA 3 1 1 " + DIGEST,
          "plain.test UNSIGNED");

  private static final HostPolicies MAY =
      HostPolicies.same(new TlsPolicy(TlsLevel.MAY, List.of(), Optional.empty()));

  private static String judged(
      String name, boolean named, String proven, boolean only, InsecureMx insecure) {
    Judgement judgement =
        new DaneHosts(ZONE, only, insecure, Set.of("TLSv1.3"), MAY)
            .of(new ExchangerHost(name, 25, named, Optional.ofNullable(proven).map(Domain::of)))
            .toCompletableFuture()
            .join();
    return judgement instanceof Judgement.Go go
        ? go.policy().level() + go.policy().serverName().map(sni -> " " + sni).orElse("")
        : ((Judgement.Skip) judgement).reason();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "known.test|known.test|DANE known.test|DANE known.test",
        "known.test||MAY|DNSSEC does not prove its addresses",
        "none.test|none.test|MAY|it has no TLSA records",
        "plain.test|plain.test|MAY|it has no TLSA records",
        "broken.test|broken.test|TLSA lookup error|TLSA lookup error",
        "strange.test|strange.test|ENCRYPT strange.test|its TLSA records are not usable",
        "alias.test|target.test|DANE target.test|DANE target.test",
        "second.test|none.test|DANE second.test|DANE second.test",
        "broken.test|none.test|TLSA lookup error|TLSA lookup error",
      })
  void recordsOfAHostSayHowSafe(String name, String proven, String dane, String only) {
    assertThat(judged(name, true, proven, false, InsecureMx.DANE)).contains(dane);
    assertThat(judged(name, true, proven, true, InsecureMx.MAY)).contains(only);
  }

  @ParameterizedTest
  @CsvSource({"DANE, DANE known.test", "ENCRYPT, ENCRYPT known.test", "MAY, MAY"})
  void whereNobodyProvesTheExchanger(InsecureMx insecure, String judgement) {
    assertThat(judged("known.test", false, "known.test", false, insecure)).isEqualTo(judgement);
    assertThat(judged("known.test", false, "known.test", true, insecure))
        .contains("does not prove that it is a mail exchanger");
  }

  /** Reports hear of it, but of hosts that are known by their records. */
  @Test
  void whatIsPublishedOtherwiseIsTold() {
    PublishedPolicy published =
        new PublishedPolicy(PublishedPolicy.Type.STS, List.of(), List.of("known.test"));
    Judgement skip = new Judgement.Skip("4.7.5", "not named");
    HostPolicies tested =
        new HostPolicies() {
          @Override
          public CompletionStage<Judgement> of(ExchangerHost host) {
            return MAY.of(host);
          }

          @Override
          public PublishedPolicy published() {
            return published;
          }

          @Override
          public Judgement tested(String host, Judgement obeyed) {
            return skip;
          }
        };
    DaneHosts hosts = new DaneHosts(ZONE, false, InsecureMx.DANE, Set.of("TLSv1.3"), tested);
    Judgement dane =
        new Judgement.Go(
            TlsPolicy.dane("known.test", List.of(new Tlsa(3, 1, 1, DIGEST)), Set.of("TLSv1.3")));

    assertThat(hosts.published()).isEqualTo(published);
    assertThat(hosts.tested("known.test", dane)).isEqualTo(dane);
    assertThat(hosts.tested("none.test", new Judgement.Go(TlsPolicy.VALID))).isEqualTo(skip);
  }

  /** Of each kind the strongest digest that is known, and always what is there as it is. */
  @Test
  void strongDigestsPutWeakOnesOut() {
    Tlsa weak = new Tlsa(3, 1, 1, DIGEST);
    Tlsa strong = new Tlsa(3, 1, 2, LONG);
    Tlsa whole = new Tlsa(3, 1, 0, "00");
    Tlsa ofTheCertificate = new Tlsa(3, 0, 1, DIGEST);
    Tlsa authority = new Tlsa(2, 1, 1, DIGEST);

    assertThat(Associations.usable(List.of(weak, strong, whole, ofTheCertificate, authority)))
        .containsExactly(strong, whole, ofTheCertificate, authority);
    // One that nobody can use does not stand in the way of another.
    assertThat(Associations.usable(List.of(weak, new Tlsa(3, 1, 2, DIGEST)))).containsExactly(weak);
  }
}
