package org.postroom.core.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.config.Settings;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.MemoryAccounts;
import org.postroom.core.testing.MemoryMailStore;
import org.postroom.core.testing.ScramClient;
import org.postroom.core.testing.TestTokens;

class SaslTest {
  private final Accounts accounts = new MemoryAccounts(new MemoryMailStore(Clock.systemUTC()));
  private final Mechanisms mechanisms = Mechanisms.withoutTokens(accounts, new Random(1));
  private Account tim;

  @BeforeEach
  void addTim() {
    tim = accounts.add("tim", Secret.of("tanstaaftanstaaf"));
  }

  @Test
  void plainTakesTheRfcExample() {
    assertThat(plain("|tim|tanstaaftanstaaf")).isEqualTo(new SaslStep.Success(tim));
    assertThat(plain("TIM|tim|tanstaaftanstaaf")).isEqualTo(new SaslStep.Success(tim));
  }

  @ParameterizedTest
  @CsvSource({
    "ursel|tim|tanstaaftanstaaf, NOT_AUTHORIZED",
    "|tim|wrong, REFUSED",
    "ursel|tim|wrong, REFUSED",
    "|nobody|wrong, REFUSED",
    "'', MALFORMED",
    "tim, MALFORMED",
    "|tim, MALFORMED",
    "|tim|, MALFORMED",
    "||secret, MALFORMED",
    "|tim|a|b, MALFORMED",
  })
  void plainRefuses(String message, SaslStep.Kind kind) {
    assertThat(kind(plain(message))).isEqualTo(kind);
  }

  @Test
  void aDisabledAccountStaysOutside() throws Exception {
    accounts.setEnabled(tim.id(), false);

    assertThat(kind(plain("|tim|tanstaaftanstaaf"))).isEqualTo(SaslStep.Kind.DISABLED);
    assertThat(kind(scram("n,,", "tim", "tanstaaftanstaaf"))).isEqualTo(SaslStep.Kind.DISABLED);
  }

  @Test
  void loginAsksForNameAndPassword() {
    SaslExchange exchange = start("login");

    assertThat(sent(exchange.begin(Optional.empty()))).isEqualTo("Username:");
    assertThat(sent(exchange.step("tim".getBytes(UTF_8)))).isEqualTo("Password:");
    assertThat(judged(exchange.step("tanstaaftanstaaf".getBytes(UTF_8))))
        .isEqualTo(new SaslStep.Success(tim));
  }

  @ParameterizedTest
  @ValueSource(strings = {"n,,", "y,,", "n,a=tim,"})
  void scramKnowsWhoHasThePassword(String gs2) throws Exception {
    assertThat(scram(gs2, "tim", "tanstaaftanstaaf")).isEqualTo(new SaslStep.Success(tim));
  }

  @Test
  void scramRefusesWrongPasswordsStrangersAndOtherIdentities() throws Exception {
    assertThat(kind(scram("n,,", "tim", "wrong"))).isEqualTo(SaslStep.Kind.REFUSED);
    assertThat(kind(scram("n,,", "nobody", "wrong"))).isEqualTo(SaslStep.Kind.REFUSED);
    assertThat(kind(scram("n,a=ursel,", "tim", "tanstaaftanstaaf")))
        .isEqualTo(SaslStep.Kind.NOT_AUTHORIZED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "n",
        "n,,",
        "n,,n=tim",
        "n,,r=abc",
        "n,,n=,r=abc",
        "n,,n=tim,r=",
        "p=tls-unique,,n=tim,r=abc",
        "x,,n=tim,r=abc",
        "n,,m=ext,n=tim,r=abc",
        "n,,n=t=im,r=abc",
        "n,,n=tim,r=a b",
        "n,b=tim,n=tim,r=abc"
      })
  void scramRefusesMalformedBeginnings(String message) {
    assertThat(kind(start("SCRAM-SHA-256").begin(Optional.of(message.getBytes(UTF_8)))))
        .isEqualTo(SaslStep.Kind.MALFORMED);
  }

  @Test
  void scramTakesNoOtherNonceNorBinding() {
    for (String last :
        new String[] {"c=biws,r=abc,p=" + "A".repeat(43) + "=", "c=eSws,r=%s,p=AAAA", "x", ""}) {
      SaslExchange exchange = start("SCRAM-SHA-256");
      String first = sent(exchange.begin(Optional.of("n,,n=tim,r=abc".getBytes(UTF_8))));
      String nonce = first.substring(2, first.indexOf(",s="));

      SaslStep end = exchange.step(last.replace("%s", nonce).getBytes(UTF_8));

      assertThat(kind(end)).isEqualTo(SaslStep.Kind.MALFORMED);
    }
  }

  @Test
  void responsesAreBase64OrNothing() {
    assertThat(SaslResponse.parse("AHQ=").value().orElseThrow()).containsExactly(0, 't');
    assertThat(SaslResponse.parse("").value().orElseThrow()).isEmpty();
    assertThat(SaslResponse.parseInitial("=").value().orElseThrow()).isEmpty();
    assertThat(SaslResponse.parse("*")).isInstanceOf(SaslResponse.Cancelled.class);
    for (String wrong : new String[] {"=", "AHQ", "A===", "AH Q=", "AHQ=\n", "-_==", "AHQ=AHQ="}) {
      assertThat(SaslResponse.parse(wrong)).isInstanceOf(SaslResponse.Malformed.class);
    }
  }

  @Test
  void nobodyLooksAtAPasswordBeforeItsTurn() throws Exception {
    SaslStep step = start("PLAIN").begin(Optional.of("\0tim\0secret".getBytes(UTF_8)));

    SaslStep.Attempt attempt = (SaslStep.Attempt) step;
    assertThat(attempt.login()).isEqualTo("tim");
    assertThat(attempt.password()).contains(Secret.of("secret"));
    assertThat(attempt.recall()).isEmpty();
    attempt.close();
    assertThat(attempt.password()).contains(Secret.of(new byte[6]));
  }

  @Test
  void aProofIsJudgedAtNoCost() throws Exception {
    ScramClient client = new ScramClient("n,,", "tim", "clientnonce", "wrong");
    SaslExchange exchange = start("SCRAM-SHA-256");
    String first = sent(exchange.begin(Optional.of(client.first().getBytes(UTF_8))));

    SaslStep step = exchange.step(client.last(first).getBytes(UTF_8));

    SaslStep.Attempt attempt = (SaslStep.Attempt) step;
    assertThat(attempt.password()).isEmpty();
    assertThat(kind(attempt.recall().orElseThrow())).isEqualTo(SaslStep.Kind.REFUSED);
  }

  @Test
  void offersWhatHidesPasswordsInClear() {
    assertThat(mechanisms.offered(false)).containsExactly("SCRAM-SHA-256");
    assertThat(mechanisms.offered(true)).containsExactly("SCRAM-SHA-256", "PLAIN", "LOGIN");
    assertThat(TestTokens.mechanisms(accounts, new Random(1)).offered(false))
        .containsExactly("SCRAM-SHA-256");
    assertThat(TestTokens.mechanisms(accounts, new Random(1)).offered(true))
        .containsExactly("SCRAM-SHA-256", "PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2");
  }

  @Test
  void scramAloneShowsNoSecret() {
    assertThat(Mechanisms.ALL.stream().filter(one -> !one.sendsSecret()))
        .extracting(Mechanisms.SaslMechanism::name)
        .containsExactly("SCRAM-SHA-256");
  }

  /** Whoever names others in auth_mechanisms has none but those, whatever a client asks for. */
  @Test
  void onlyWhatIsNamedIsTaken() {
    Mechanisms few =
        Mechanisms.of(List.of("PLAIN", "XOAUTH2"), accounts, Optional.empty(), new Random(1));

    assertThat(few.offered(true)).containsExactly("PLAIN");
    assertThat(few.named("plain")).isPresent();
    assertThat(few.named("SCRAM-SHA-256")).isEmpty();
    assertThat(few.named("XOAUTH2")).as("nobody checks tokens").isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "plain, PLAIN",
    "'oauthbearer,xoauth2 PLAIN', OAUTHBEARER XOAUTH2 PLAIN",
    "'', ''",
  })
  void mechanismsAreNamedInAnyCase(String text, String names) {
    Settings settings = Settings.builder(AuthParams.ALL).set("auth_mechanisms", text).build();

    assertThat(String.join(" ", settings.get(AuthParams.MECHANISMS))).isEqualTo(names);
  }

  @Test
  void aMechanismThatIsNotThereIsAFault() {
    assertThatThrownBy(
            () -> Settings.builder(AuthParams.ALL).set("auth_mechanisms", "plain ntlm").build())
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("no mechanism of this server: ntlm");
  }

  private SaslExchange start(String mechanism) {
    return mechanisms.start(mechanisms.named(mechanism).orElseThrow());
  }

  private SaslStep plain(String message) {
    return judged(start("PLAIN").begin(Optional.of(message.replace('|', '\0').getBytes(UTF_8))));
  }

  private SaslStep scram(String gs2, String login, String password) throws Exception {
    ScramClient client = new ScramClient(gs2, login, "clientnonce", password);
    SaslExchange exchange = start("SCRAM-SHA-256");
    assertThat(sent(exchange.begin(Optional.empty()))).isEmpty();
    String first = sent(exchange.step(client.first().getBytes(UTF_8)));
    assertThat(first).matches("r=clientnonce[^,]{20,},s=[^,]+,i=\\d+");
    SaslStep last = judged(exchange.step(client.last(first).getBytes(UTF_8)));
    if (last instanceof SaslStep.Challenge) {
      assertThat(sent(last)).isEqualTo(client.verifier());
      return exchange.step(new byte[0]);
    }
    return last;
  }

  private static SaslStep judged(SaslStep step) {
    return step instanceof SaslStep.Attempt attempt ? attempt.judge() : step;
  }

  private static String sent(SaslStep step) {
    return new String(((SaslStep.Challenge) step).octets(), UTF_8);
  }

  private static SaslStep.Kind kind(SaslStep step) {
    return ((SaslStep.Failure) step).kind();
  }
}
