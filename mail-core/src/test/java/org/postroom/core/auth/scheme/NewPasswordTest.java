package org.postroom.core.auth.scheme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.config.BadValue;
import org.postroom.core.secret.Secret;

/** What is made of a password is read as that password, and looks as Dovecot's does. */
@Tag("seconds")
final class NewPasswordTest {
  private final NewPassword maker = new NewPassword(new SecureRandom());

  @ParameterizedTest
  @MethodSource("org.postroom.core.auth.scheme.NewPassword#schemes")
  void isReadAgain(String scheme) {
    String made = maker.of(scheme, Secret.of("pässword"), OptionalInt.empty());

    assertThat(made).startsWith("{" + scheme + "}");
    StoredPassword stored = StoredPassword.parse(made, "PLAIN", HashLimits.ofHeap());
    assertThat(stored.matches(Secret.of("pässword"))).isTrue();
    assertThat(stored.matches(Secret.of("password"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "SHA {SHA}EfatjsUqKYSrqv18O1FlA3hcIHI=",
        "plain-md5 {PLAIN-MD5}9dd4e461268c8034f5c8564e155c67a6",
      })
  void isWhatDovecotMakes(String scheme, String made) {
    assertThat(maker.of(scheme, Secret.of("x"), OptionalInt.empty())).isEqualTo(made);
  }

  @Test
  void isAsMuchWorkAsIsSaid() {
    Secret secret = Secret.of("x");

    assertThat(maker.of("SHA512-CRYPT", secret, OptionalInt.of(6000)))
        .matches("\\{SHA512-CRYPT\\}\\$6\\$rounds=6000\\$[./0-9A-Za-z]{16}\\$[./0-9A-Za-z]{86}");
    assertThat(maker.of("BLF-CRYPT", secret, OptionalInt.of(4))).startsWith("{BLF-CRYPT}$2y$04$");
    assertThatThrownBy(() -> maker.of("BLF-CRYPT", secret, OptionalInt.of(3)))
        .isInstanceOf(BadValue.class);
    assertThatThrownBy(() -> maker.of("OTP", secret, OptionalInt.empty()))
        .isInstanceOf(BadValue.class)
        .hasMessage("Unknown scheme: OTP");
  }
}
