package org.postroom.smtp.client.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.config.Settings;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.flow.NextHop;
import org.postroom.core.table.Tables;
import org.postroom.smtp.client.tls.HostPolicies.Judgement;

/** Who has the say in how safely a host is reached. */
class TlsPoliciesTest {
  private static final ExchangerHost HOST = new ExchangerHost("mx.test", 25);

  /** What a domain publishes: its name must be the host's. */
  private record Published(NextHop hop, HostPolicies otherwise) implements HostPolicies {
    @Override
    public CompletionStage<Judgement> of(ExchangerHost host) {
      return hop.host().equals("published.test")
          ? CompletableFuture.completedStage(new Judgement.Skip("4.7.5", "not published"))
          : otherwise.of(host);
    }
  }

  private static TlsPolicies policies(Map<String, String> texts, PolicySource... sources) {
    Settings.Builder settings = Settings.builder(TlsParams.ALL);
    texts.forEach(settings::set);
    return TlsPolicies.of(
        settings.build(), Tables.builder().build(), List.of(sources), ZoneResolver.of());
  }

  private static String judged(TlsPolicies policies, String hop) {
    Judgement judgement =
        policies
            .of(NextHop.parse(hop, 25), () -> false)
            .thenCompose(all -> all.of(HOST))
            .toCompletableFuture()
            .join();
    return judgement instanceof Judgement.Go go
        ? go.policy().level().toString()
        : ((Judgement.Skip) judgement).reason();
  }

  @ParameterizedTest
  @CsvSource({
    "published.test, not published",
    "elsewhere.test, ENCRYPT",
    "a.tabled.test, NONE",
    "[b.tabled.test]:2525, FINGERPRINT",
    "[tabled.test], ENCRYPT",
  })
  void tableThenWhatIsPublishedThenLevel(String hop, String judgement) {
    Map<String, String> settings =
        Map.of(
            "smtp_tls_security_level", "encrypt",
            "smtp_tls_policy_maps",
                "inline:{.tabled.test=none, {[b.tabled.test]:2525 = fingerprint match=00}}");

    assertThat(
            judged(
                policies(
                    settings,
                    (next, otherwise) ->
                        CompletableFuture.completedStage(new Published(next, otherwise))),
                hop))
        .isEqualTo(judgement);
  }

  /** Also where DANE is asked for, and the host has no records. */
  @Test
  void versionsOfATableHoldForEachHost() {
    TlsPolicies policies =
        policies(
            Map.of(
                "smtp_dns_support_level", "dnssec",
                "smtp_tls_policy_maps", "inline:{ {far.test = dane protocols=TLSv1.3} }"));

    assertThat(
            policies
                .of(NextHop.parse("far.test", 25), () -> false)
                .thenCompose(all -> all.of(HOST))
                .toCompletableFuture()
                .join())
        .isInstanceOfSatisfying(
            Judgement.Go.class,
            go -> {
              assertThat(go.policy().level()).isEqualTo(TlsLevel.MAY);
              assertThat(go.policy().versions()).containsExactly("TLSv1.3");
            });
  }

  @Test
  void aValidCertificateIsShownInVersionsThatSettingsHave() {
    Settings settings =
        Settings.builder(TlsParams.ALL).set("smtp_tls_mandatory_protocols", ">=TLSv1.3").build();

    assertThat(TlsPolicy.valid(settings).versions()).containsExactly("TLSv1.3");
  }

  /** What a table says is not for a domain's owner to change. */
  @Test
  void whoeverPublishesIsNotAskedWhereATableHasTheSay() {
    Map<String, String> settings = Map.of("smtp_tls_policy_maps", "inline:{published.test=may}");

    assertThat(
            judged(
                policies(
                    settings,
                    (hop, otherwise) -> {
                      throw new AssertionError("asked for " + hop);
                    }),
                "published.test"))
        .isEqualTo("MAY");
  }

  /** Nothing asks for more than a mail wants that says so itself (RFC 8689, 5). */
  @Test
  void mailThatNeedNotBeSafeIsNot() {
    PolicySource skips =
        (hop, otherwise) ->
            CompletableFuture.completedStage(
                new Published(NextHop.parse("published.test", 25), otherwise));
    TlsPolicies policies =
        policies(
            Map.of(
                "smtp_tls_security_level", "may",
                "smtp_tls_policy_maps", "inline:{safe.test=encrypt, wide.test=none}"),
            skips);

    for (String hop : List.of("safe.test", "published.test")) {
      assertThat(policies.of(NextHop.parse(hop, 25), () -> true).toCompletableFuture().join())
          .isEqualTo(HostPolicies.same(new TlsPolicy(TlsLevel.MAY, List.of(), Optional.empty())));
    }
    assertThat(
            policies
                .of(
                    NextHop.parse("wide.test", 25),
                    () -> {
                      throw new AssertionError("read for nothing");
                    })
                .toCompletableFuture()
                .join())
        .isEqualTo(HostPolicies.same(TlsPolicy.NONE));
  }

  @Test
  void equalTermsAreEqual() {
    TlsPolicies policies = policies(Map.of("smtp_tls_security_level", "may"));

    assertThat(policies.of(NextHop.parse("a.test", 25), () -> false).toCompletableFuture().join())
        .isEqualTo(
            policies.of(NextHop.parse("b.test", 25), () -> false).toCompletableFuture().join());
  }

  @Test
  void aTableThatSaysNothingOfUseIsToldAtOnce() {
    TlsPolicies policies = policies(Map.of("smtp_tls_policy_maps", "inline:{a.test=safest}"));

    assertThatThrownBy(() -> policies.of(NextHop.parse("a.test", 25), () -> false))
        .isInstanceOf(BadPolicy.class)
        .hasMessageContaining("expected none, may");
  }
}
