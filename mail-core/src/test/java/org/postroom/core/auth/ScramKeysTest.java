package org.postroom.core.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.secret.Secret;

class ScramKeysTest {

  @Test
  void derivesTheKeysOfTheRfcExample() {
    // RFC 7677, 3: user, pencil; the server signature is HMAC(ServerKey, AuthMessage).
    byte[] salt = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");

    ScramKeys keys = ScramKeys.derive(Secret.of("pencil"), salt, 4096);

    String authMessage =
        "n=user,r=rOprNGfwEbeRWgbNEkqO,"
            + "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
            + "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    byte[] signature = ScramKeys.hmac(keys.serverKey(), authMessage.getBytes(US_ASCII));
    assertThat(Base64.getEncoder().encodeToString(signature))
        .isEqualTo("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 200})
  void whateverThePasswordsLengthTheyAreThoseOfJavasPbkdf2(int length) throws Exception {
    String password = "x".repeat(length);
    byte[] salt = {1, 2, 3, 4, 5, 6, 7, 8};

    ScramKeys keys = ScramKeys.derive(Secret.of(password), salt, 50);

    byte[] salted =
        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
            .generateSecret(new PBEKeySpec(password.toCharArray(), salt, 50, 256))
            .getEncoded();
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(salted, "HmacSHA256"));
    assertThat(keys.serverKey()).isEqualTo(mac.doFinal("Server Key".getBytes(US_ASCII)));
  }

  @Test
  void composedAndDecomposedPasswordsAreTheSame() {
    byte[] salt = {1, 2, 3};

    ScramKeys composed = ScramKeys.derive(Secret.of("m\u00fcller\u00a0x"), salt, 1);
    ScramKeys decomposed = ScramKeys.derive(Secret.of("mu\u0308l\u00adler x"), salt, 1);

    assertThat(decomposed.storedKey()).isEqualTo(composed.storedKey());
  }

  @Test
  void octetsThatAreNotUtf8StayAsTheyAre() {
    byte[] salt = {1, 2, 3};

    ScramKeys one = ScramKeys.derive(Secret.of(new byte[] {(byte) 0xff, 'a'}), salt, 1);
    ScramKeys other = ScramKeys.derive(Secret.of(new byte[] {(byte) 0xfe, 'a'}), salt, 1);

    assertThat(one.storedKey()).isNotEqualTo(other.storedKey());
  }
}
