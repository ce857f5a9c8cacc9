package org.postroom.smtp.client.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.secret.Secret;

/** What is said by each mechanism, as far as there are RFCs with the examples of theirs. */
class DialogueTest {
  private static final LogIn PENCIL = new LogIn("user", Secret.of("pencil"));

  private static Scram sha256() {
    return new Scram("SHA256", PENCIL, "rOprNGfwEbeRWgbNEkqO");
  }

  private static String said(Dialogue dialogue) {
    return new String(dialogue.initial().orElseThrow(), UTF_8);
  }

  private static String answer(Dialogue dialogue, String challenge) {
    return new String(dialogue.answer(challenge.getBytes(UTF_8)), UTF_8);
  }

  /** RFC 7677, 3. */
  @Test
  void scramSha256() {
    Scram scram = sha256();

    assertThat(said(scram)).isEqualTo("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    assertThat(
            answer(
                scram,
                "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"))
        .isEqualTo(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    assertThat(scram.isComplete()).isFalse();
    assertThat(answer(scram, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")).isEmpty();
    assertThat(scram.isComplete()).isTrue();
  }

  /** RFC 5802, 5. */
  @Test
  void scramSha1() {
    Scram scram = new Scram("SHA1", PENCIL, "fyko+d2lbbFgONRv9qkxdawL");

    assertThat(said(scram)).isEqualTo("n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
    assertThat(
            answer(scram, "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"))
        .isEqualTo(
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
    answer(scram, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
    assertThat(scram.isComplete()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r=other,s=QSXCR+Q6sek8bf92,i=4096|nonce does not follow",
        "r=rOprNGfwEbeRWgbNEkqO,s=QSXCR+Q6sek8bf92,i=4096|nonce does not follow",
        "r=rOprNGfwEbeRWgbNEkqOx,s=QSXCR+Q6sek8bf92,i=1|asks for 1 rounds",
        "r=rOprNGfwEbeRWgbNEkqOx,s=QSXCR+Q6sek8bf92,i=999999999|asks for 999999999 rounds",
        "r=rOprNGfwEbeRWgbNEkqOx,s=====,i=4096|is not SCRAM's",
        "hello|is not SCRAM's",
        "''|is not SCRAM's",
      })
  void aServerThatSpeaksNoScramHearsNoProof(String first, String reason) {
    assertThatThrownBy(() -> answer(sha256(), first))
        .isInstanceOf(LogInFailed.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"v=AAAA", "v=", "hello", ""})
  void aServerHasToKnowThePassword(String last) {
    Scram scram = sha256();
    answer(scram, "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");

    assertThatThrownBy(() -> answer(scram, last))
        .isInstanceOf(LogInFailed.class)
        .hasMessageContaining("does not know the password");
  }

  /** RFC 2195, 2. */
  @Test
  void cramMd5() {
    CramMd5Dialogue cram = new CramMd5Dialogue(new LogIn("tim", Secret.of("tanstaaftanstaaf")));

    assertThat(cram.initial()).isEmpty();
    assertThat(answer(cram, "<1896.697170952@postoffice.reston.mci.net>"))
        .isEqualTo("tim b913a602c7eda7a495b4e6e7334d3890");
  }

  @Test
  void plainAndLogin() {
    assertThat(said(new PlainDialogue(PENCIL))).isEqualTo("\0user\0pencil");
    LoginDialogue login = new LoginDialogue(PENCIL);
    assertThat(answer(login, "Username:")).isEqualTo("user");
    assertThat(login.isComplete()).isFalse();
    assertThat(answer(login, "")).isEqualTo("pencil");
    assertThat(login.isComplete()).isTrue();
  }

  @Test
  void tokens() {
    assertThat(said(TokenDialogue.xoauth2(PENCIL))).isEqualTo("user=user\1auth=Bearer pencil\1\1");
    assertThat(said(TokenDialogue.oauthBearer(PENCIL)))
        .isEqualTo("n,a=user,\1auth=Bearer pencil\1\1");
    assertThat(answer(TokenDialogue.oauthBearer(PENCIL), "{}")).isEqualTo("\1");
  }

  static List<Mechanism> aServerThatAsksForMoreHearsNoMore() {
    return Mechanism.ALL.stream().filter(one -> !one.takesToken()).toList();
  }

  /** None answers for ever. */
  @ParameterizedTest
  @MethodSource
  void aServerThatAsksForMoreHearsNoMore(Mechanism mechanism) {
    Dialogue dialogue = mechanism.begin(PENCIL, new SecureRandom());

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 3; i++) {
                answer(dialogue, "more");
              }
            })
        .isInstanceOf(LogInFailed.class)
        .hasMessageNotContaining("pencil");
  }
}
