package org.postroom.core.auth.token;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.json.Json;
import org.postroom.core.people.TokenVerdict;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.SigningKey;

@Tag("seconds")
final class JwtCheckTest {
  private static final long NOW = 1_800_000_000;
  private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(NOW), ZoneOffset.UTC);
  private static final TokenVerdict ADA = new TokenVerdict.Accepted("ada@example.org");
  private static final TokenRules RULES =
      new TokenRules(
          Set.of("https://issuer.test"), Set.of("mail"), List.of("imap", "smtp"), "email", "", "");

  private static final SigningKey KEY = SigningKey.of("1", "ES256");
  private static final SigningKey RSA = SigningKey.of("1", "RS256");
  private static final SigningKey OTHER_RSA = SigningKey.of("1", "RS256");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
      })
  void takesWhatTheIssuerHasSigned(String algorithm) {
    boolean isRsa = algorithm.matches("[RP]S.*");
    SigningKey key = isRsa ? RSA.by(algorithm) : SigningKey.of("1", algorithm);
    SigningKey other = isRsa ? OTHER_RSA.by(algorithm) : SigningKey.of("1", algorithm);
    String token = key.sign(claims());
    byte[] signature = SigningKey.octets(token.substring(token.lastIndexOf('.') + 1));

    assertThat(check(token, RULES, key)).isEqualTo(ADA);
    assertThat(check(token, RULES, other)).isInstanceOf(REFUSED);
    for (int at : List.of(0, signature.length / 2, signature.length - 1)) {
      byte[] wrong = signature.clone();
      wrong[at] ^= 1;
      assertThat(check(SigningKey.withSignature(token, wrong), RULES, key)).isInstanceOf(REFUSED);
    }
    byte[] zeros = new byte[signature.length];
    assertThat(check(SigningKey.withSignature(token, zeros), RULES, key)).isInstanceOf(REFUSED);
    assertThat(check(SigningKey.withSignature(token, new byte[0]), RULES, key))
        .isInstanceOf(REFUSED);
  }

  private static final Class<?> REFUSED = TokenVerdict.Refused.class;

  @Test
  void whoeverChangesATokenHasNone() {
    String[] parts = KEY.sign(claims()).split("\\.", -1);
    Map<String, Object> others = claims();
    others.put("email", "bob@example.org");

    String changed = parts[0] + "." + SigningKey.base64(Json.write(others)) + "." + parts[2];

    assertThat(check(changed, RULES, KEY)).isInstanceOf(REFUSED);
  }

  /** Cut anywhere, it is refused and nothing worse. */
  @Test
  void halfATokenIsNone() {
    String token = KEY.sign(claims());
    for (int length = 0; length < token.length(); length++) {
      assertThat(check(token.substring(0, length), RULES, KEY)).isInstanceOf(REFUSED);
    }
  }

  @Test
  void whatIsNotSignedIsNone() {
    String payload = SigningKey.base64(Json.write(claims()));
    for (String alg : List.of("none", "None", "HS256", "RS1", "")) {
      String header = SigningKey.base64(Json.write(Map.of("alg", alg, "kid", "1")));
      assertThat(check(header + "." + payload + ".", RULES, KEY)).as(alg).isInstanceOf(REFUSED);
    }
  }

  /** A public key is no secret: who has it must not be able to sign with it. */
  @Test
  void aPublicKeyIsNoSecretToSignWith() throws Exception {
    String header = SigningKey.base64(Json.write(Map.of("alg", "HS256", "kid", "1")));
    String signed = header + "." + SigningKey.base64(Json.write(claims()));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(RSA.publicOctets(), "HmacSHA256"));
    String signature = SigningKey.base64(mac.doFinal(signed.getBytes(US_ASCII)));

    assertThat(check(signed + "." + signature, RULES, RSA)).isInstanceOf(REFUSED);
  }

  @Test
  void aKeyForOneAlgorithmIsForNoOther() {
    Map<String, Object> jwk = new HashMap<>(RSA.jwk());
    jwk.put("alg", "RS256");

    assertThat(check(RSA.sign(claims()), RULES, jwk)).isEqualTo(ADA);
    assertThat(check(RSA.by("RS512").sign(claims()), RULES, jwk)).isInstanceOf(REFUSED);
  }

  @Test
  void whatIsCriticalMustBeUnderstood() {
    Map<String, Object> header = Map.of("alg", "ES256", "kid", "1", "crit", List.of("exp"));

    assertThat(check(KEY.sign(header, claims()), RULES, KEY)).isInstanceOf(REFUSED);
  }

  @Test
  void aTokenThatNamesNoKeyIsTriedWithAll() {
    String token = KEY.sign(Map.of("alg", "ES256"), claims());

    assertThat(check(token, RULES, SigningKey.of("0", "ES256"), KEY)).isEqualTo(ADA);
    assertThat(check(token, RULES, SigningKey.of("0", "ES256"))).isInstanceOf(REFUSED);
    assertThat(check(KEY.named("2").sign(claims()), RULES, KEY)).isInstanceOf(REFUSED);
  }

  /** Values are JSON, with {@code ^} for quotes; {@code --} is no such claim. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "iss | ^https://issuer.test^ | Accepted",
        "iss | ^https://issuer.test/^ | Refused",
        "iss | -- | Refused",
        "iss | [^https://issuer.test^] | Refused",
        "exp | 1800000001 | Accepted",
        "exp | 1799999941 | Accepted",
        "exp | 1799999940 | Refused",
        "exp | 1799999940.5 | Accepted",
        "exp | ^1900000000^ | Refused",
        "exp | null | Refused",
        "exp | -- | Refused",
        "nbf | 1800000060 | Accepted",
        "nbf | 1800000061 | Refused",
        "nbf | ^now^ | Refused",
        "aud | ^mail^ | Accepted",
        "aud | [^web^,^mail^] | Accepted",
        "aud | ^web^ | Refused",
        "aud | [] | Refused",
        "aud | [7] | Refused",
        "aud | -- | Refused",
        "scope | ^smtp imap^ | Accepted",
        "scope | [^smtp^,^imap^] | Accepted",
        "scope | ^smtp^ | TooNarrow",
        "scope | ^smtpimap^ | TooNarrow",
        "scope | -- | TooNarrow",
        "scope | 7 | TooNarrow",
        "email | ^ada@example.org^ | Accepted",
        "email | ^^ | Refused",
        "email | ^ ^ | Refused",
        "email | 7 | Refused",
        "email | [^ada@example.org^] | Refused",
        "email | -- | Refused",
        "email_verified | true | Accepted",
        "email_verified | false | Refused",
        "email_verified | ^true^ | Accepted",
        "email_verified | ^false^ | Refused",
        "email_verified | ^^ | Refused",
        "email_verified | 1 | Refused",
        "email_verified | null | Refused",
        "email_verified | [true] | Refused",
        "email_verified | -- | Accepted",
      })
  void claimsMustHold(String name, String json, String verdict) {
    Map<String, Object> claims = claims();
    if (json.equals("--")) {
      claims.remove(name);
    } else {
      claims.put(name, Json.read(json.replace('^', '"').getBytes(UTF_8)));
    }

    assertThat(check(KEY.sign(claims), RULES, KEY).getClass().getSimpleName()).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource({
    "active, true, true, Accepted",
    "active, true, false, Refused",
    "active, true, , Refused",
    "active, '', false, Accepted",
    "active, '', , Refused",
    "'', true, false, Accepted",
  })
  void somethingMayHaveToBeSo(String attribute, String value, Boolean said, String verdict) {
    TokenRules rules = new TokenRules(Set.of(), Set.of(), List.of(), "sub", attribute, value);
    Map<String, Object> claims = new LinkedHashMap<>(Map.of("sub", "ada", "exp", NOW + 1));
    if (said != null) {
      claims.put("active", said);
    }

    assertThat(check(KEY.sign(claims), rules, KEY).getClass().getSimpleName()).isEqualTo(verdict);
  }

  @Test
  void keysThatAreNoneAreLeftOut() {
    Map<String, Object> good = KEY.jwk();
    Map<String, Object> offCurve = new HashMap<>(good);
    offCurve.put("y", good.get("x"));
    Map<String, Object> encrypting = new HashMap<>(good);
    encrypting.put("use", "enc");
    Map<String, Object> unknown = new HashMap<>(good);
    unknown.put("alg", "HS256");
    List<Map<String, Object>> none =
        List.of(
            Map.of(),
            Map.of("kty", "oct", "k", "AAAA"),
            Map.of("kty", "EC", "crv", "P-256"),
            Map.of("kty", "EC", "crv", "secp256k1", "x", "AA", "y", "AA"),
            Map.of("kty", "EC", "crv", "P-256", "x", "!", "y", "AA"),
            Map.of("kty", "RSA", "n", "AQAB", "e", "AQAB"),
            Map.of("kty", "RSA", "n", SigningKey.base64(new byte[2000]), "e", "AQAB"),
            Map.of("kty", "OKP", "crv", "Ed25519", "x", "AA"),
            Map.of("kty", "OKP", "crv", "X25519", "x", SigningKey.base64(new byte[32])),
            offCurve,
            encrypting,
            unknown);

    assertThat(keys(none)).isEmpty();
    assertThat(keys(List.of(Map.of(), good, offCurve))).hasSize(1);
    assertThat(VerifyingKey.of(claims(Map.of("keys", "none")))).isEmpty();
    assertThat(VerifyingKey.of(claims(Map.of()))).isEmpty();
  }

  /** What would not do if it were true is not worth a question for keys. */
  @Test
  void keysAreAskedForOnlyWhenTheRestIsRight() {
    Map<String, Object> expired = claims();
    expired.put("exp", NOW - 3600);
    KeySource none =
        new KeySource() {
          @Override
          public Optional<Signer> recall(Jwt token) {
            return Optional.empty();
          }

          @Override
          public Signer find(Jwt token) {
            throw new AssertionError("asked for keys");
          }
        };
    JwtCheck check = new JwtCheck(RULES, none, CLOCK);

    assertThat(check.recall(Secret.of("x"))).containsInstanceOf(TokenVerdict.Refused.class);
    assertThat(check.recall(Secret.of(KEY.sign(expired))))
        .containsInstanceOf(TokenVerdict.Refused.class);
    assertThat(check.recall(Secret.of(KEY.sign(claims())))).isEmpty();
  }

  private static Map<String, Object> claims() {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", "https://issuer.test");
    claims.put("aud", "mail");
    claims.put("scope", "openid imap smtp");
    claims.put("exp", NOW + 3600);
    claims.put("email", "ada@example.org");
    return claims;
  }

  private static TokenVerdict check(String token, TokenRules rules, SigningKey... keys) {
    return check(token, rules, Arrays.stream(keys).map(SigningKey::jwk).toList());
  }

  private static TokenVerdict check(String token, TokenRules rules, Map<String, Object> jwk) {
    return check(token, rules, List.of(jwk));
  }

  private static TokenVerdict check(String token, TokenRules rules, List<Map<String, Object>> set) {
    List<VerifyingKey> keys = keys(set);
    return new JwtCheck(rules, KeySource.of(keys), CLOCK).check(Secret.of(token));
  }

  private static List<VerifyingKey> keys(List<Map<String, Object>> set) {
    return VerifyingKey.of(claims(Map.of("keys", set)));
  }

  private static Claims claims(Map<String, Object> members) {
    return Claims.read(Json.write(members)).orElseThrow();
  }
}
