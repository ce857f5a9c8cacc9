package org.postroom.core.auth.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.auth.AuthParams;
import org.postroom.core.config.Settings;
import org.postroom.core.json.Json;
import org.postroom.core.people.TokenVerdict;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.SigningKey;
import org.postroom.core.testing.TestIssuer;
import org.postroom.core.testing.Until;
import org.postroom.core.time.VirtualTime;

/** Tokens of an issuer that is asked over HTTP, and of hostile ones. */
@Timeout(60)
@Tag("seconds")
final class TokenIssuerTest {
  private static final String DESCRIPTION = "/.well-known/openid-configuration";
  private static final TokenVerdict ADA = new TokenVerdict.Accepted("ada@example.org");
  private static final SigningKey KEY = SigningKey.of("1", "ES256");
  private static final SigningKey NEXT = SigningKey.of("2", "ES256");

  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z"));
  private final TestIssuer issuer = new TestIssuer();
  private final List<TokenIssuer> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(TokenIssuer::close);
    issuer.close();
  }

  // --- keys

  @Test
  void keysAreFoundByTheIssuersDescriptionAndFetchedOnce() {
    describe(issuer.url(""));
    issuer.shows("/keys", KEY);
    TokenIssuer tokens = local();

    assertThat(issuer.asked).as("nobody has come yet").isEmpty();
    assertThat(tokens.recall(Secret.of(KEY.sign(claims())))).isEmpty();
    assertThat(check(tokens, KEY)).isEqualTo(ADA);
    assertThat(tokens.recall(Secret.of(KEY.sign(claims())))).contains(ADA);
    assertThat(check(tokens, KEY)).isEqualTo(ADA);
    assertThat(paths()).containsExactly(DESCRIPTION, "/keys");
    assertThat(tokens.configuration()).contains(URI.create(issuer.url(DESCRIPTION)));
  }

  @Test
  void aNewKeyIsFetchedWhenATokenNamesIt() {
    describe(issuer.url(""));
    issuer.shows("/keys", KEY);
    TokenIssuer tokens = local();
    assertThat(check(tokens, KEY)).isEqualTo(ADA);

    issuer.shows("/keys", NEXT);
    assertThatThrownBy(() -> check(tokens, NEXT))
        .as("it may be there now")
        .isInstanceOf(LookupUnavailable.class);
    time.advance(Duration.ofSeconds(10));
    assertThat(check(tokens, NEXT)).isEqualTo(ADA);
    time.advance(Duration.ofSeconds(10));
    assertThat(check(tokens, KEY)).as("taken back").isInstanceOf(REFUSED);
  }

  @Test
  void aNewKeyIsFetchedWhereTokensNameNone() {
    describe(issuer.url(""));
    issuer.shows("/keys", KEY);
    TokenIssuer tokens = local();
    Secret old = Secret.of(KEY.sign(Map.of("alg", "ES256"), claims()));
    Secret next = Secret.of(NEXT.sign(Map.of("alg", "ES256"), claims()));
    assertThat(tokens.check(old)).isEqualTo(ADA);

    issuer.shows("/keys", NEXT);
    time.advance(Duration.ofSeconds(10));
    assertThat(tokens.recall(next)).as("the issuer is to be asked").isEmpty();
    assertThat(tokens.check(next)).isEqualTo(ADA);
    assertThat(tokens.recall(next)).contains(ADA);
    assertThat(tokens.check(old)).isInstanceOf(REFUSED);
  }

  @Test
  void aNewKeyIsFetchedThatHasTheNameOfTheOldOne() {
    SigningKey replaced = NEXT.named("1");
    describe(issuer.url(""));
    issuer.shows("/keys", KEY);
    TokenIssuer tokens = local();
    assertThat(check(tokens, KEY)).isEqualTo(ADA);

    issuer.shows("/keys", replaced);
    time.advance(Duration.ofSeconds(10));
    assertThat(check(tokens, replaced)).isEqualTo(ADA);
    assertThat(check(tokens, KEY)).isInstanceOf(REFUSED);
  }

  /** Whoever empties the set, or has begun to use keys of a kind that is new, is not away. */
  @ParameterizedTest
  @ValueSource(strings = {"{}", "{'keys':[]}", "{'keys':[{'kty':'AKP','kid':'1'}]}", "{'keys':7}"})
  void aSetWithoutAKeyIsTroubleAndTheOldOnesCount(String set) {
    describe(issuer.url(""));
    issuer.shows("/keys", KEY);
    TokenIssuer tokens = local();
    assertThat(check(tokens, KEY)).isEqualTo(ADA);

    byte[] none = set.replace('\'', '"').getBytes(UTF_8);
    issuer.answers("/keys", exchange -> TestIssuer.say(exchange, 200, none));
    time.advance(Duration.ofMinutes(15));
    assertThat(check(tokens, KEY)).isEqualTo(ADA);
    assertThatThrownBy(() -> check(tokens, NEXT))
        .isInstanceOf(LookupUnavailable.class)
        .hasMessageContaining("no key that is understood");
    assertThat(issuer.asked).hasSize(4);
  }

  /** Else whoever sends tokens of keys that are not there has the issuer asked as often. */
  @Test
  void strangersDoNotHaveTheIssuerAskedAsOftenAsTheyLike() {
    describe(issuer.url(""));
    issuer.shows("/keys", KEY);
    TokenIssuer tokens = local();

    assertThat(check(tokens, NEXT)).as("asked for its sake").isInstanceOf(REFUSED);
    for (int i = 0; i < 100; i++) {
      SigningKey another = NEXT.named("x" + i);
      assertThatThrownBy(() -> check(tokens, another)).isInstanceOf(LookupUnavailable.class);
      assertThat(check(tokens, NEXT.named("1"))).isInstanceOf(REFUSED);
    }
    assertThat(issuer.asked).hasSize(2);
  }

  @Test
  void keysAreFetchedAgainAfterAQuarterOfAnHour() {
    describe(issuer.url(""));
    issuer.shows("/keys", KEY, NEXT);
    TokenIssuer tokens = local();
    assertThat(check(tokens, KEY)).isEqualTo(ADA);

    issuer.shows("/keys", NEXT);
    time.advance(Duration.ofMinutes(14));
    assertThat(check(tokens, KEY)).isEqualTo(ADA);
    time.advance(Duration.ofMinutes(1));
    assertThat(check(tokens, KEY)).isInstanceOf(REFUSED);
  }

  @Test
  void keysCountForADayWhileTheIssuerIsAway() {
    describe(issuer.url(""));
    issuer.shows("/keys", KEY);
    TokenIssuer tokens = local();
    assertThat(check(tokens, KEY)).isEqualTo(ADA);

    issuer.answers("/keys", exchange -> TestIssuer.say(exchange, 503, new byte[0]));
    time.advance(Duration.ofHours(23));
    assertThat(check(tokens, KEY)).isEqualTo(ADA);
    assertThat(tokens.recall(Secret.of(KEY.sign(claims())))).contains(ADA);
    assertThatThrownBy(() -> check(tokens, NEXT)).isInstanceOf(LookupUnavailable.class);
    time.advance(Duration.ofHours(1));
    assertThatThrownBy(() -> check(tokens, KEY))
        .isInstanceOf(LookupUnavailable.class)
        .hasMessageContaining("it answers 503");
    issuer.shows("/keys", KEY);
    time.advance(Duration.ofSeconds(10));
    assertThat(check(tokens, KEY)).isEqualTo(ADA);
  }

  @Test
  void oneAsksForAll() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    AtomicInteger served = new AtomicInteger();
    issuer.answers(
        "/keys",
        exchange -> {
          served.incrementAndGet();
          await(gate);
          TestIssuer.say(exchange, 200, keys(KEY));
        });
    describe(issuer.url(""));
    TokenIssuer tokens = local();

    ExecutorService threads = Executors.newFixedThreadPool(5);
    List<CompletableFuture<TokenVerdict>> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(CompletableFuture.supplyAsync(() -> check(tokens, KEY), threads));
    }
    gate.countDown();
    for (CompletableFuture<TokenVerdict> one : all) {
      assertThat(one.get()).isEqualTo(ADA);
    }
    assertThat(served).hasValue(1);
    threads.shutdown();
  }

  @Test
  void aDescriptionMustBeTheIssuers() {
    describe("https://another.test");
    issuer.shows("/keys", KEY);
    TokenIssuer tokens = local();

    assertThatThrownBy(() -> check(tokens, KEY))
        .isInstanceOf(LookupUnavailable.class)
        .hasMessageContaining("another issuer's");
  }

  /** What is said without TLS by somebody else than this machine anybody may have said. */
  @ParameterizedTest
  @ValueSource(strings = {"http://keys.example.org/", "file:///etc/passwd", "::", "/keys", ""})
  void keysComeFromNowhereElse(String place) {
    issuer.says(DESCRIPTION, Map.of("issuer", issuer.url(""), "jwks_uri", place));
    TokenIssuer tokens = local();

    assertThatThrownBy(() -> check(tokens, KEY))
        .isInstanceOf(LookupUnavailable.class)
        .hasMessageContaining("names no place of keys");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redirect",
        "huge",
        "endless",
        "no JSON",
        "a list",
        "no keys",
        "empty",
        "404",
        "cut"
      })
  void anAnswerThatIsNoneIsTrouble(String what) {
    issuer.shows("/elsewhere", KEY);
    issuer.answers(
        "/keys",
        exchange -> {
          switch (what) {
            case "redirect" -> {
              exchange.getResponseHeaders().add("Location", issuer.url("/elsewhere"));
              TestIssuer.say(exchange, 302, new byte[0]);
            }
            case "huge" -> TestIssuer.say(exchange, 200, new byte[300_000]);
            case "endless" -> {
              exchange.sendResponseHeaders(200, 0);
              for (int i = 0; i < 100_000; i++) {
                exchange.getResponseBody().write(new byte[10_000]);
              }
            }
            case "no JSON" -> TestIssuer.say(exchange, 200, "<html>".getBytes(UTF_8));
            case "a list" -> TestIssuer.say(exchange, 200, "[]".getBytes(UTF_8));
            case "no keys" -> TestIssuer.say(exchange, 200, "{}".getBytes(UTF_8));
            case "empty" -> TestIssuer.say(exchange, 200, new byte[0]);
            case "cut" -> {
              exchange.sendResponseHeaders(200, 1000);
              exchange.getResponseBody().write('{');
            }
            default -> TestIssuer.say(exchange, 404, keys(KEY));
          }
        });
    describe(issuer.url(""));
    TokenIssuer tokens = local();

    assertThatThrownBy(() -> check(tokens, KEY)).isInstanceOf(LookupUnavailable.class);
    assertThat(paths()).doesNotContain("/elsewhere");
  }

  @Test
  void whoIsNotThereIsTrouble() {
    issuer.close();

    assertThatThrownBy(() -> check(local(), KEY)).isInstanceOf(LookupUnavailable.class);
  }

  @Test
  void whatWaitsForAnAnswerEndsWhenItIsInterrupted() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    issuer.answers(DESCRIPTION, exchange -> await(gate));
    TokenIssuer tokens = local();
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread waiting =
        new Thread(
            () -> {
              try {
                check(tokens, KEY);
              } catch (LookupUnavailable e) {
                thrown.complete(e);
              }
            });
    waiting.start();
    Until.so(() -> !issuer.asked.isEmpty());

    waiting.interrupt();

    assertThat(thrown.get()).hasMessageContaining("interrupted");
    gate.countDown();
  }

  @Test
  void whatIsClosedAsksNobody() {
    describe(issuer.url(""));
    TokenIssuer tokens = local();
    tokens.close();

    assertThatThrownBy(() -> check(tokens, KEY)).isInstanceOf(LookupUnavailable.class);
    assertThat(issuer.asked).isEmpty();
  }

  @Test
  void keysMayBeNamedThemselves() {
    issuer.shows("/keys", KEY);
    TokenIssuer tokens =
        open(
            "oauth2_jwks_url", issuer.url("/keys"),
            "oauth2_issuers", issuer.url(""),
            "oauth2_audience", "web, mail");

    assertThat(check(tokens, KEY)).isEqualTo(ADA);
    assertThat(paths()).containsExactly("/keys");
  }

  // --- questions

  @Test
  void theIssuerIsAskedAboutTokensAsTheRfcHasIt() {
    issuer.says("/ask", Map.of("active", true, "aud", "mail:server", "email", "ada@example.org"));
    TokenIssuer tokens =
        open(
            "oauth2_introspection_mode", "post",
            "oauth2_introspection_url", issuer.url("/ask"),
            "oauth2_client_id", "mail:server",
            "oauth2_client_secret", "s3 cret");

    assertThat(tokens.check(Secret.of("a+b/c="))).isEqualTo(ADA);

    assertThat(issuer.asked)
        .containsExactly(
            new TestIssuer.Asked(
                "POST",
                "/ask",
                "Basic "
                    + Base64.getEncoder().encodeToString("mail%3Aserver:s3+cret".getBytes(UTF_8)),
                "token=a%2Bb%2Fc%3D&token_type_hint=access_token"));
  }

  @Test
  void theIssuerIsAskedAsTheBearerWould() {
    issuer.says("/me", Map.of("email", "ada@example.org"));
    TokenIssuer asked =
        open("oauth2_introspection_mode", "auth", "oauth2_introspection_url", issuer.url("/me"));
    TokenIssuer got =
        open(
            "oauth2_introspection_mode",
            "get",
            "oauth2_introspection_url",
            issuer.url("/me?token="));

    assertThat(asked.check(Secret.of("a+b"))).isEqualTo(ADA);
    assertThat(got.check(Secret.of("a+b"))).isEqualTo(ADA);

    assertThat(issuer.asked)
        .containsExactly(
            new TestIssuer.Asked("GET", "/me", "Bearer a+b", ""),
            new TestIssuer.Asked("GET", "/me?token=a%2Bb", "null", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "post | 200 | {'active':false} | Refused",
        "post | 200 | {'email':'ada@example.org'} | Refused",
        "post | 200 | {'active':'true','email':'ada@example.org'} | Refused",
        "post | 200 | {'active':true,'aud':'mail'} | Refused",
        "post | 200 | {'active':true,'aud':'mail','email':'ada@example.org','exp':1} | Refused",
        "post | 200 | {'active':true,'aud':'mail','email':'ada@example.org','iss':'x'} | Accepted",
        "post | 200 | {'active':true,'aud':['web','mail'],'email':'ada@example.org'} | Accepted",
        "post | 200 | {'active':true,'aud':'web','email':'ada@example.org'} | Refused",
        "post | 200 | {'active':true,'email':'ada@example.org'} | Refused",
        "post | 401 | {} | away",
        "post | 400 | {} | away",
        "post | 500 | {} | away",
        "post | 302 | {} | away",
        "post | 200 | [] | away",
        "auth | 200 | {'email':'ada@example.org'} | Accepted",
        "auth | 200 | {'email':'ada@example.org','email_verified':false} | Refused",
        "auth | 200 | {'email':'ada@example.org','email_verified':'false'} | Refused",
        "auth | 200 | {'active':false,'email':'ada@example.org'} | Refused",
        "auth | 401 | {} | Refused",
        "auth | 403 | {} | Refused",
        "get | 400 | {} | Refused",
        "auth | 429 | {} | away",
        "auth | 502 | <html> | away",
      })
  void answersMean(String mode, int status, String json, String verdict) {
    byte[] said = json.replace('\'', '"').getBytes(UTF_8);
    issuer.answers("/ask", exchange -> TestIssuer.say(exchange, status, said));
    TokenIssuer tokens =
        open(
            "oauth2_introspection_mode",
            mode,
            "oauth2_introspection_url",
            issuer.url("/ask?t="),
            "oauth2_client_id",
            "mail");

    if (verdict.equals("away")) {
      assertThatThrownBy(() -> tokens.check(Secret.of("secret-token")))
          .isInstanceOf(LookupUnavailable.class)
          .hasMessageNotContaining("secret-token");
    } else {
      assertThat(tokens.check(Secret.of("secret-token")).getClass().getSimpleName())
          .isEqualTo(verdict);
    }
  }

  /** Issuers that say nothing of the audience are to have a scope for mail. */
  @Test
  void whatATokenIsGoodForMayTakeThePlaceOfForWhomItIs() {
    issuer.says("/ask", Map.of("active", true, "scope", "openid mail", "email", "ada@example.org"));
    String url = issuer.url("/ask");
    TokenIssuer mail = asked(url, "oauth2_client_id", "mail-server", "oauth2_scope", "mail");
    TokenIssuer both = asked(url, "oauth2_audience", "mail-server", "oauth2_scope", "mail");
    TokenIssuer more = asked(url, "oauth2_scope", "mail send");

    assertThat(mail.check(Secret.of("token"))).isEqualTo(ADA);
    assertThat(both.check(Secret.of("token"))).isInstanceOf(REFUSED);
    assertThat(more.check(Secret.of("token"))).isInstanceOf(TokenVerdict.TooNarrow.class);
  }

  private TokenIssuer asked(String url, String... pairs) {
    List<String> all =
        new ArrayList<>(
            List.of("oauth2_introspection_mode", "post", "oauth2_introspection_url", url));
    all.addAll(List.of(pairs));
    return open(all.toArray(new String[0]));
  }

  @Test
  void whoWasGoodIsNotAskedAboutForAMinuteUnlessHisTokenEnds() {
    long end = time.instant().getEpochSecond() + 90;
    issuer.says(
        "/ask", Map.of("active", true, "aud", "mail", "email", "ada@example.org", "exp", end));
    TokenIssuer tokens = asked(issuer.url("/ask"), "oauth2_audience", "mail");
    Secret token = Secret.of("token");

    assertThat(tokens.recall(token)).isEmpty();
    assertThat(tokens.check(token)).isEqualTo(ADA);
    time.advance(Duration.ofSeconds(59));
    assertThat(tokens.recall(token)).contains(ADA);
    assertThat(tokens.recall(Secret.of("tokeN"))).isEmpty();
    time.advance(Duration.ofSeconds(1));
    assertThat(tokens.recall(token)).isEmpty();
    assertThat(tokens.check(token)).isEqualTo(ADA);
    time.advance(Duration.ofSeconds(29));
    assertThat(tokens.recall(token)).contains(ADA);
    time.advance(Duration.ofSeconds(1));
    assertThat(tokens.recall(token)).as("it has ended").isEmpty();
    assertThat(issuer.asked).hasSize(2);
  }

  @Test
  void whoWasBadIsAskedAboutAgain() {
    issuer.says("/ask", Map.of("active", false));
    TokenIssuer tokens = asked(issuer.url("/ask"), "oauth2_audience", "mail");

    assertThat(tokens.check(Secret.of("token"))).isInstanceOf(REFUSED);
    assertThat(tokens.recall(Secret.of("token"))).isEmpty();
  }

  // --- settings

  @Test
  void withoutAMechanismThatTakesTokensThereIsNone() {
    assertThat(TokenIssuer.of(settings(), time, new SecureRandom())).isEmpty();
    assertThat(
            TokenIssuer.of(
                settings("auth_mechanisms", "plain", "oauth2_client_id", "mail"),
                time,
                new SecureRandom()))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | needs oauth2_openid_configuration_url",
        "oauth2_jwks_url=https://i.test/keys | needs oauth2_issuers",
        "oauth2_openid_configuration_url=https://i.test/x;oauth2_scope=mail | needs oauth2_issuers",
        "oauth2_openid_configuration_url=https://i.test/.well-known/openid-configuration"
            + " | needs oauth2_client_id, oauth2_audience or oauth2_scope",
        "oauth2_introspection_mode=post | needs oauth2_introspection_url",
        "oauth2_introspection_mode=post;oauth2_introspection_url=https://i.test/ask"
            + " | needs oauth2_client_id, oauth2_audience or oauth2_scope",
      })
  void whatIsNotEnoughIsAFault(String said, String fault) {
    List<String> pairs = new ArrayList<>(List.of("auth_mechanisms", "plain oauthbearer"));
    for (String pair : said.split(";", -1)) {
      if (!pair.isEmpty()) {
        pairs.addAll(List.of(pair.split("=", 2)));
      }
    }

    assertThatThrownBy(
            () -> TokenIssuer.of(settings(pairs.toArray(new String[0])), time, new SecureRandom()))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining(fault);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://issuer.test/",
        "ftp://localhost/",
        "https:///keys",
        "https://user:secret@issuer.test/",
        "http://localhost.example.org/",
        "issuer.test",
        ": "
      })
  void whatIsSaidInClearIsNotBelieved(String url) {
    assertThatThrownBy(() -> settings("oauth2_introspection_url", url))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("https://");
  }

  private static final Class<?> REFUSED = TokenVerdict.Refused.class;

  private static Settings settings(String... pairs) {
    Settings.Builder builder = Settings.builder(AuthParams.ALL, TokenParams.ALL);
    for (int i = 0; i < pairs.length; i += 2) {
      builder.set(pairs[i], pairs[i + 1]);
    }
    return builder.build();
  }

  private TokenIssuer local() {
    return open(
        "oauth2_openid_configuration_url", issuer.url(DESCRIPTION), "oauth2_client_id", "mail");
  }

  private TokenIssuer open(String... pairs) {
    List<String> all = new ArrayList<>(List.of("auth_mechanisms", "xoauth2"));
    all.addAll(List.of(pairs));
    Settings settings = settings(all.toArray(new String[0]));
    Optional<TokenIssuer> made = TokenIssuer.of(settings, time, new SecureRandom());
    opened.add(made.orElseThrow());
    return made.orElseThrow();
  }

  private void describe(String self) {
    issuer.says(DESCRIPTION, Map.of("issuer", self, "jwks_uri", issuer.url("/keys")));
  }

  private static byte[] keys(SigningKey key) {
    return Json.write(Map.of("keys", List.of(key.jwk())));
  }

  private List<String> paths() {
    return issuer.asked.stream().map(TestIssuer.Asked::path).toList();
  }

  private TokenVerdict check(TokenIssuer tokens, SigningKey key) {
    return tokens.check(Secret.of(key.sign(claims())));
  }

  private Map<String, Object> claims() {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", issuer.url(""));
    claims.put("aud", "mail");
    claims.put("exp", time.instant().getEpochSecond() + 3600);
    claims.put("email", "ada@example.org");
    return claims;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
