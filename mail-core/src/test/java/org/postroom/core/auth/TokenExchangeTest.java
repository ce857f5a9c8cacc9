package org.postroom.core.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.json.Json;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.MemoryAccounts;
import org.postroom.core.testing.MemoryMailStore;
import org.postroom.core.testing.TestTokens;

/** Messages are written with {@code ^} for ^A. */
class TokenExchangeTest {
  private final Accounts accounts = new MemoryAccounts(new MemoryMailStore(Clock.systemUTC()));
  private Account ada;

  @BeforeEach
  void addAda() {
    ada = accounts.add("ada", Secret.of("secret"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "n,a=ada,^host=server.example.com^port=143^auth=Bearer good.ada^^",
        "n,a=ADA,^auth=Bearer good.ada^^",
        "n,,^auth=Bearer good.ada^^",
        "y,,^auth=bearer  good.ada^^",
        "n,a=ada,^auth=BEARER known-good.ada^qop=a b\tc^^",
      })
  void bearersOfGoodTokensAreIn(String message) {
    assertThat(judged("OAUTHBEARER", message)).isEqualTo(new SaslStep.Success(ada));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "user=ada^auth=Bearer good.ada^^",
        "auth=Bearer good.ada^user=Ada^^",
        "user=ada^auth=bearer known-good.ada^^",
      })
  void bearersOfGoodTokensAreInByGooglesForm(String message) {
    assertThat(judged("XOAUTH2", message)).isEqualTo(new SaslStep.Success(ada));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "^",
        "n,a=ada,",
        "n,a=ada,^",
        "n,a=ada,^^",
        "n,a=ada,^auth=Bearer good.ada^",
        "n,a=ada,^auth=Bearer good.ada^^^",
        "n,a=ada,^auth=Bearer good.ada^^x",
        "n,a=ada^auth=Bearer good.ada^^",
        "n,a=,^auth=Bearer good.ada^^",
        "n,a=a=da,^auth=Bearer good.ada^^",
        "p=tls-exporter,a=ada,^auth=Bearer good.ada^^",
        "x,a=ada,^auth=Bearer good.ada^^",
        "n,a=ada,^auth=Bearer good.ada^auth=Bearer good.bob^^",
        "n,a=ada,^host=x^host=x^auth=Bearer good.ada^^",
        "n,a=ada,^auth=Bearer good ada^^",
        "n,a=ada,^auth=Bearer good.\u00fcda^^",
        "n,a=ada,^auth=Bearer =good^^",
        "n,a=ada,^auth=Basic YWRh^^",
        "n,a=ada,^authBearer good.ada^^",
        "n,a=ada,^=x^auth=Bearer good.ada^^",
        "n,a=ada,^a-b=x^auth=Bearer good.ada^^",
        "n,a=ada,^host=\u007f^auth=Bearer good.ada^^",
        "n,a=ada,^host=\u0000^auth=Bearer good.ada^^",
        "n,a=ada,^a=^b=^c=^d=^e=^f=^g=^h=^i=^j=^k=^l=^m=^n=^o=^p=^auth=Bearer good.ada^^",
        "user=ada^auth=Bearer good.ada^^",
      })
  void whatIsNoMessageIsMalformed(String message) {
    assertThat(failure(judged("OAUTHBEARER", message)).kind()).isEqualTo(SaslStep.Kind.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "^",
        "^^",
        "user=ada^auth=Bearer good.ada^",
        "user=ada^auth=Bearer good.ada",
        "user=ada^^",
        "auth=Bearer good.ada^^",
        "user=^auth=Bearer good.ada^^",
        "user=ada^user=bob^auth=Bearer good.ada^^",
        "user=ada auth=Bearer good.ada^^",
        "user=ada^auth=good.ada^^",
        "n,a=ada,^auth=Bearer good.ada^^",
      })
  void whatIsNotOfGooglesFormIsMalformed(String message) {
    assertThat(failure(judged("XOAUTH2", message)).kind()).isEqualTo(SaslStep.Kind.MALFORMED);
  }

  /** Cut anywhere, it is malformed and nothing worse. */
  @Test
  void halfAMessageIsMalformed() {
    Map<String, String> whole =
        Map.of(
            "OAUTHBEARER", "n,a=ada,^host=h^port=143^auth=Bearer good.ada^^",
            "XOAUTH2", "user=ada^auth=Bearer good.ada^^");
    whole.forEach(
        (mechanism, message) -> {
          byte[] octets = octets(message);
          for (int length = 0; length < octets.length; length++) {
            SaslStep step = start(mechanism).step(Arrays.copyOf(octets, length));
            assertThat(failure(step).kind()).as("%s", length).isEqualTo(SaslStep.Kind.MALFORMED);
          }
        });
  }

  @Test
  void octetsThatAreNoTextAreMalformed() {
    byte[] message = octets("user=ada^auth=Bearer good.ada^^");
    for (int at = 0; at < message.length; at++) {
      byte[] wrong = message.clone();
      wrong[at] = (byte) 0xC3;
      assertThat(failure(start("XOAUTH2").step(wrong)).kind()).isEqualTo(SaslStep.Kind.MALFORMED);
    }
  }

  @Test
  void aNameMayHaveACommaAndAnEqualsSign() {
    assertThat(failure(judged("OAUTHBEARER", "n,a=a=2Cb=3Dc,^auth=Bearer good.ada^^")).login())
        .contains("a,b=c");
  }

  @ParameterizedTest
  @CsvSource({
    "bad.ada, REFUSED, invalid_token, 401",
    "x, REFUSED, invalid_token, 401",
    "narrow.ada, REFUSED, insufficient_scope, 403",
    "good.bob, NOT_AUTHORIZED, invalid_token, 401",
    "good.eve, DISABLED, invalid_token, 401",
  })
  void aFailureIsTold(String token, SaslStep.Kind kind, String status, String googles) {
    accounts.setEnabled(accounts.add("eve", Secret.of("x")).id(), false);
    String name = token.endsWith("eve") ? "eve" : "ada";

    SaslStep.Failure bearer =
        failure(judged("OAUTHBEARER", "n,a=" + name + ",^auth=Bearer " + token + "^^"));
    SaslStep.Failure google =
        failure(judged("XOAUTH2", "user=" + name + "^auth=Bearer " + token + "^^"));

    String configuration = "https://issuer.test/.well-known/openid-configuration";
    assertThat(bearer.kind()).isEqualTo(kind);
    assertThat(told(bearer))
        .isEqualTo(
            Map.of("status", status, "scope", "mail", "openid-configuration", configuration));
    assertThat(google.kind()).isEqualTo(kind);
    assertThat(told(google))
        .isEqualTo(
            Map.of(
                "status",
                googles,
                "schemes",
                "bearer",
                "scope",
                "mail",
                "openid-configuration",
                configuration));
    assertThat(bearer.why() + google.why()).doesNotContain(token);
  }

  @Test
  void whoIsNotHereIsRefusedWithAGoodToken() {
    SaslStep.Failure failure = failure(judged("OAUTHBEARER", "n,,^auth=Bearer good.nobody^^"));

    assertThat(failure.kind()).isEqualTo(SaslStep.Kind.REFUSED);
    assertThat(failure.login()).contains("nobody");
  }

  /** RFC 7628, 4.3: it wants to be told where to get one. */
  @ParameterizedTest
  @ValueSource(strings = {"n,,^auth=^^", "n,a=ada,^auth=Bearer^^", "n,,^auth=Bearer ^^"})
  void whoHasNoTokenIsToldWithoutALook(String message) {
    SaslStep step = start("OAUTHBEARER").step(octets(message));

    assertThat(failure(step).kind()).isEqualTo(SaslStep.Kind.REFUSED);
    assertThat(told(failure(step))).containsEntry("status", "invalid_token");
  }

  @Test
  void nobodyIsAskedBeforeItsTurn() {
    SaslStep step = start("XOAUTH2").step(octets("user=ada^auth=Bearer good.ada^^"));

    SaslStep.Attempt attempt = (SaslStep.Attempt) step;
    assertThat(attempt.isWithToken()).isTrue();
    assertThat(attempt.login()).isEqualTo("ada");
    assertThat(attempt.password()).contains(Secret.of("good.ada"));
    assertThat(attempt.recall()).isEmpty();
    attempt.close();
    assertThat(attempt.password()).contains(Secret.of(new byte[8]));
  }

  @Test
  void anIssuerThatIsAwayIsNoFailure() {
    SaslStep step = start("XOAUTH2").step(octets("user=ada^auth=Bearer away.ada^^"));

    assertThatThrownBy(((SaslStep.Attempt) step)::judge).isInstanceOf(LookupUnavailable.class);
  }

  @Test
  void itBeginsWithAnEmptyChallengeOrAnInitialResponse() {
    SaslStep asked = start("OAUTHBEARER").begin(Optional.empty());
    SaslStep given = start("OAUTHBEARER").begin(Optional.of(octets("n,,^auth=Bearer good.ada^^")));

    assertThat(((SaslStep.Challenge) asked).octets()).isEmpty();
    assertThat(given).isInstanceOf(SaslStep.Attempt.class);
  }

  private SaslExchange start(String mechanism) {
    Mechanisms all = TestTokens.mechanisms(accounts, new Random(1));
    return all.start(all.named(mechanism).orElseThrow());
  }

  private SaslStep judged(String mechanism, String message) {
    SaslStep step = start(mechanism).step(octets(message));
    return step instanceof SaslStep.Attempt attempt
        ? attempt.recall().orElseGet(attempt::judge)
        : step;
  }

  private static byte[] octets(String message) {
    return message.replace('^', '\1').getBytes(UTF_8);
  }

  private static SaslStep.Failure failure(SaslStep step) {
    return (SaslStep.Failure) step;
  }

  private static Map<String, Object> told(SaslStep.Failure failure) {
    Map<String, Object> told = new HashMap<>();
    ((Map<?, ?>) Json.read(failure.told().orElseThrow().getBytes(UTF_8)))
        .forEach((name, value) -> told.put((String) name, value));
    return told;
  }
}
