package org.postroom.core.auth.scheme;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Base64;
import org.apache.commons.codec.digest.Crypt;
import org.apache.commons.codec.digest.Md5Crypt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.auth.ScramKeys;
import org.postroom.core.config.BadValue;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.Shows;

/** Passwords as others store them. */
@Tag("seconds")
final class StoredPasswordTest {
  private static final String PASSWORD = "Grüße 12";

  private final HashLimits limits = new HashLimits(128 * 1024);

  private StoredPassword parse(String text) {
    return StoredPassword.parse(text, StoredPassword.CRYPT, limits);
  }

  private static Secret secret(String text) {
    return Secret.of(text);
  }

  /** Made by doveadm pw, or by the system's crypt(3) where there is no scheme before it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{PLAIN}Grüße 12",
        "{CLEAR}Grüße 12",
        "{CLEARTEXT}Grüße 12",
        "{PLAIN.HEX}4772c3bcc39f65203132",
        "{CRYPT}$2y$05$ptEuj5OZkaTIJQn9qaj3z.55WjOeJpxonZLnqkhKQM9VMyaYKzKDa",
        "{SHA512-CRYPT}$6$NY6oTf9sGzHDii6I$efM7DUk22n0.NVsrs6j2T7QU3PDnzSYwft.oaYRF7PA3am6kYyI99sK35GJV5RmC.LQMwGPXNZ5Tyxe6wOYaG0",
        "{sha512-crypt}$6$NY6oTf9sGzHDii6I$efM7DUk22n0.NVsrs6j2T7QU3PDnzSYwft.oaYRF7PA3am6kYyI99sK35GJV5RmC.LQMwGPXNZ5Tyxe6wOYaG0",
        "{SHA256-CRYPT}$5$sbA9jEbNPB1tA0jc$5XN2VeDZuDEVYS8nhhAbzemTzzmpP2S0sof9c/fg909",
        "{MD5-CRYPT}$1$K0FjHomy$wV8qlSnzY5OnGk1J91Owy.",
        "{MD5}$1$1BdRZmDq$LboLx6t/ATzo0GluKSsai.",
        "{MD5}68118d5d9fd21d537f3ef871f1fd4df0",
        "{BLF-CRYPT}$2y$05$oQJvPDLqvmsKC0l.NeqAQud9Jye6BrP0E6WPVApQrbNQvtt5OZGxq",
        "{DES-CRYPT}YXP9zLHZl7z5Q",
        "{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$ETbG7VuxgkQG5kt6Q/nDKA$kOw3gfUgWJaielpoK+RwPOIIYO4yazvyWrFKTH7xNJo",
        "{ARGON2I}$argon2i$v=19$m=32768,t=4,p=1$59hf3zTw2ec68UI6Xst4qA$6WmWTDnXyM/NZy/sd2zPZJrzGkpzd+POlilW9esy7yI",
        "{PBKDF2}$1$fR6rwZFJ4ZOVZhjD$5000$cdb334a0dac2b68d002b62aee65584a67f21eb83",
        "{SCRAM-SHA-256}4096,nzL0WdBsVrjevCp/nKg3/A==,7TH/nWgsQWkPR8u44jdHyQT8RmV7FQymcOgcAO1n5b8=,9QM+xmf6glwGkW5GqqIZuMPToVjXVB2f2QhieikfufM=",
        "{SCRAM-SHA-1}4096,/U83F9niy7RyMv/Mn2dE6g==,2H13CdW8AyJKSz8og4d/XUOIMQI=,6Ez5f3jqCR56XTJQFo5I25dYhIA=",
        "{SSHA}d87cF8G6kkjS5G4S+rKdeXIonHHsea7Y",
        "{SSHA256}2csJMy2hAWfynfPC/iTBfl34J62T3VN+HYLUPTVjd8XfN2xa",
        "{SSHA512}3h4Q8IDbkHBZ6j9+8VDNXCL8ebbw1/oLAF7os+MGXDNr1WyghFw5wawoIrb/bUTdTY9UWq7eDh3OTCOZcPZPDVXD6CA=",
        "{SMD5}o6+KIhyfBaYVpR4UQemxJK5bwIk=",
        "{SHA}EmoRFwv52D4V0z7sk7b+DgdZBfU=",
        "{SHA1}EmoRFwv52D4V0z7sk7b+DgdZBfU=",
        "{SHA256}0AvDg9cNzmD7vdofSTZqxFTK0D8kzoF6DETjKKq3NAA=",
        "{SHA512}4zRqRtVLCesWgOqfBBwDcZiPrwCRZ3klyooNZco/T6Iw1v5r0OyTMS5wFthQNyrben0HcRjNOXFMubJDlAiD1A==",
        "{PLAIN-MD5}68118d5d9fd21d537f3ef871f1fd4df0",
        "{LDAP-MD5}aBGNXZ/SHVN/Pvhx8f1N8A==",
        "{PLAIN-MD4}d03dad9c48e1e327eb46cf3cbeb49390",
        "{CRAM-MD5}79fcb51c1414a067525a29f6f5f98e39b122bafe3c950b98a2b03bbae6537081",
        "{HMAC-MD5}79fcb51c1414a067525a29f6f5f98e39b122bafe3c950b98a2b03bbae6537081",
        "{SSHA512.HEX}ed26a67944e27262cd29b9a90182baf479d97a459c536b97dcd7d9550ea99679d82cc69c088474741ba2dd6fa50d3c77ba6376daf9dcca46d815a00fa737b36978cb3631",
        "{SSHA.B64}eWle+AxiaC5zILbUJwCSgpOHwiu0aXMC",
        "{SHA512-CRYPT.B64}JDYkSFJPRkxWOG52SXhOL1lqYSREZUlzSG5xeG1zTmV3YllTajJGMWF2aEFQRW1GelFtLktFVUMwSC5RL0RIcWNzMFhwN1VZLklFLkJET0pnb1YwbHVPM3NJYlB4NzFFWXBkRS5lMnJLLg==",
        "{SHA256.HEX}d00bc383d70dce60fbbdda1f49366ac454cad03f24ce817a0c44e328aab73400",
        "$y$j9T$abcdefgh$etuw04VIpziHGrJtY3bXlz.fTU9gmq35kYAM7CuiHjB",
        "$y$j7T$1234./56$OuBSaaR1Pzg6ARfZbZUoLpTOSIWaARcE23WCVILDE.3",
        "$y$jBT$R8kGOxF3ZEmTBAFyz1CKp/$07aqBAACQuuCHaddvQOYN7ez4S1ENwklwuG315fgg92",
        "$2y$05$abcdefghijklmnopqrstuuDSU34rI5naGyAdyV519puRCId9jlN2G",
        "$6$rounds=1000$salt$u.wOFNU6thg/yZpICh3wC.HYFWlmvpjE4SrFuZKtaVYKWoUfHDQI2vqCp8VF01j8J2wbC3qthEdJglts0K.KL/",
        "$5$rounds=1234$salt$6tNaZ/zrI5h90aXEfFXYm7fMaEytEpwfctjDq1Ki0O4",
        "$1$abc$M7P0pIQuYv3cd9hpYXCu7.",
        "abbEVgpWph7eI",
      })
  @Shows("A5.5")
  void isThePassword(String stored) {
    StoredPassword parsed = parse(stored);
    byte[] octets = PASSWORD.getBytes(UTF_8);

    assertThat(parsed.matches(Secret.of(octets))).isTrue();
    assertThat(octets).as("the password is not touched").isEqualTo(PASSWORD.getBytes(UTF_8));
    assertThat(parsed.matches(secret("Grüße"))).isFalse(); // DES looks at eight octets alone
    assertThat(parsed.matches(secret("grüße 12"))).isFalse();
    assertThat(parsed.matches(secret(""))).isFalse();
    assertThat(parsed.toString()).endsWith("***").hasSizeLessThan(25);
    assertThat(parse(stored)).isEqualTo(parsed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{SHA3}x|unknown password scheme: SHA3",
        "{DIGEST-MD5}611521ac8723b16912f185b23b9b6bcf|password scheme not supported: DIGEST-MD5",
        "{SHA256.B32}x|unknown encoding: B32",
        "{SHA256}%%%|SHA256: it is not in base64",
        "{SSHA256}aBGNXZ/SHVN/Pvhx8f1N8A==|it has 16 octets, fewer than 32",
        "{SHA256.HEX}abc|it is not in hex",
        "{PLAIN}|PLAIN: it is empty",
        "secret|it is no hash of crypt(3)",
        "{CRYPT}$gy$j9T$abcdefgh$/b5AAEqSVv2UzK222vm51liFOK/TOsql11qtlqWBkN1|no hash of crypt(3)",
        "$6$ETb,G7VuxgkQG5kt6Q$u.wOFNU6thg/yZpICh3wC.HYFWlmvpjE4SrFuZKtaVYKWoUfHDQI2vqCp8VF01j8J2wbC3qthEdJglts0K.KL/|its form is not that of $6$",
        "$6$$u.wOFNU6thg/yZpICh3wC.HYFWlmvpjE4SrFuZKtaVYKWoUfHDQI2vqCp8VF01j8J2wbC3qthEdJglts0K.KL/|its form is not that of $6$",
        "$5$ETb G7VuxgkQG$6tNaZ/zrI5h90aXEfFXYm7fMaEytEpwfctjDq1Ki0O4|its form is not that of $5$",
        "$1$ETb{G7V$M7P0pIQuYv3cd9hpYXCu7.|its form is not that of $1$",
        "$1$$M7P0pIQuYv3cd9hpYXCu7.|its form is not that of $1$",
        "$apr1$ETbäG7V$M7P0pIQuYv3cd9hpYXCu7.|its form is not that of $apr1$",
        "$6$salt$tooshort|its form is not that of $6$",
        "$6$rounds=999999999$salt$u.wOFNU6thg/yZpICh3wC.HYFWlmvpjE4SrFuZKtaVYKWoUfHDQI2vqCp8VF01j8J2wbC3qthEdJglts0K.KL/|999999999 rounds",
        "$6$rounds=99999999999999999999$salt$u.wOFNU6thg/yZpICh3wC.HYFWlmvpjE4SrFuZKtaVYKWoUfHDQI2vqCp8VF01j8J2wbC3qthEdJglts0K.KL/|take too long",
        "{BLF-CRYPT}$2y$31$oQJvPDLqvmsKC0l.NeqAQud9Jye6BrP0E6WPVApQrbNQvtt5OZGxq|a cost of 31",
        "{PBKDF2}$1$fR6rwZFJ4ZOVZhjD$2000000000$cdb334a0dac2b68d002b62aee65584a67f21eb83|2000000000 rounds",
        "{PBKDF2}$1$fR6rwZFJ4ZOVZhjD$0$cdb334a0dac2b68d002b62aee65584a67f21eb83|no rounds",
        "{ARGON2ID}$argon2id$v=19$m=8388608,t=3,p=1$ETbG7VuxgkQG5kt6Q/nDKA$kOw3gfUgWJaielpoK+RwPOIIYO4yazvyWrFKTH7xNJo|Argon2 takes 8192 MiB for one look, and no more than 128",
        "{ARGON2ID}$argon2id$v=19$m=65536,t=1000000,p=1$ETbG7VuxgkQG5kt6Q/nDKA$kOw3gfUgWJaielpoK+RwPOIIYO4yazvyWrFKTH7xNJo|takes too long",
        "$y$jFT$abcdefgh$etuw04VIpziHGrJtY3bXlz.fTU9gmq35kYAM7CuiHjB|yescrypt takes 1024 MiB",
        "$y$jjj$abcdefgh$etuw04VIpziHGrJtY3bXlz.fTU9gmq35kYAM7CuiHjB|yescrypt of 2^48 steps",
        "$y$j9T0$abcdefgh$etuw04VIpziHGrJtY3bXlz.fTU9gmq35kYAM7CuiHjB|its form is not that of $y$",
        "{SCRAM-SHA-256}2000000000,nzL0WdBsVrjevCp/nKg3/A==,7TH/nWgsQWkPR8u44jdHyQT8RmV7FQymcOgcAO1n5b8=,9QM+xmf6glwGkW5GqqIZuMPToVjXVB2f2QhieikfufM=|2000000000 rounds",
        "{SCRAM-SHA-256}4096,nzL0WdBsVrjevCp/nKg3/A==,2H13CdW8AyJKSz8og4d/XUOIMQI=,6Ez5f3jqCR56XTJQFo5I25dYhIA=|its keys have not 32 octets",
      })
  void whatCannotBeUsedIsRefusedWithAWord(String stored, String why) {
    assertThatThrownBy(() -> parse(stored))
        .isInstanceOf(BadValue.class)
        .hasMessageContaining(why)
        .hasMessageNotContaining("ETb");
  }

  @Test
  void whatNamesNoSchemeIsOfTheUsualOne() {
    StoredPassword plain = StoredPassword.parse("secret", "plain", limits);

    assertThat(plain.matches(secret("secret"))).isTrue();
    assertThat(plain).isEqualTo(StoredPassword.parse("{PLAIN}secret", "CRYPT", limits));
    assertThat(plain).isNotEqualTo(StoredPassword.parse("{PLAIN}Secret", "CRYPT", limits));
    assertThatThrownBy(() -> StoredPassword.requireScheme("CRIPT"))
        .hasMessageContaining("did you mean CRYPT");
  }

  /** So that who has them need not show the password. */
  @Test
  void keysOfScramAreThere() {
    byte[] salt = Base64.getDecoder().decode("nzL0WdBsVrjevCp/nKg3/A==");
    ScramKeys derived = ScramKeys.derive(secret(PASSWORD), salt, 4096);
    ScramKeys kept =
        parse(
                "{SCRAM-SHA-256}4096,nzL0WdBsVrjevCp/nKg3/A==,"
                    + "7TH/nWgsQWkPR8u44jdHyQT8RmV7FQymcOgcAO1n5b8=,"
                    + "9QM+xmf6glwGkW5GqqIZuMPToVjXVB2f2QhieikfufM=")
            .scramKeys()
            .orElseThrow();

    assertThat(kept.iterations()).isEqualTo(4096);
    assertThat(kept.storedKey()).isEqualTo(derived.storedKey());
    assertThat(kept.serverKey()).isEqualTo(derived.serverKey());
    assertThat(parse("{PLAIN}x").scramKeys()).isEmpty();
  }

  /** Each round hashes all of it, so that a long one would be looked at for minutes. */
  @ParameterizedTest
  @CsvSource({
    "$5$rounds=1000$salt$, 512, true",
    "$5$rounds=1000$salt$, 513, false",
    "$6$rounds=1000$salt$, 512, true",
    "$6$rounds=1000$salt$, 513, false",
    "$1$salt$, 512, true",
    "$1$salt$, 513, false",
    "$apr1$salt$, 512, true",
    "$apr1$salt$, 513, false"
  })
  void aPasswordThatIsTooLongMatchesNothing(String form, int octets, boolean matches) {
    byte[] password = new byte[octets];
    Arrays.fill(password, (byte) 'x');
    String stored =
        form.startsWith("$apr1")
            ? Md5Crypt.apr1Crypt(password.clone(), form)
            : Crypt.crypt(password.clone(), form);

    assertThat(parse(stored).matches(Secret.of(password))).isEqualTo(matches);
  }

  /** A library's words have the hash in them. */
  @Test
  void whatALibrarySaysOfAHashIsNotSaid() {
    StoredPassword stored =
        new StoredPassword(
            Scheme.named("CRYPT"),
            "{CRYPT}hash",
            password -> {
              throw new IllegalArgumentException("Invalid salt value: hash");
            });

    assertThatThrownBy(() -> stored.matches(secret("x")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageNotContaining("hash")
        .hasNoCause();
  }
}
