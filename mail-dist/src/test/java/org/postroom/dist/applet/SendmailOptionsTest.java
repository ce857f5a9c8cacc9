package org.postroom.dist.applet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.Shows;

final class SendmailOptionsTest {

  private static SendmailOptions parse(String words) {
    return SendmailOptions.parse(words.isEmpty() ? List.of() : List.of(words.split(" ")));
  }

  /** As cron, mailx, PHP, git, mutt and others call it. */
  @ParameterizedTest
  @CsvSource({
    "-FCronDaemon -i -odi -oem -oi -t -f root, true, true, root, ''",
    "-t -i, true, true, , ''",
    "-i -m -v -r ada -- bob, false, true, ada, bob",
    "-oem -oi -- bob cc@far.test, false, true, , bob cc@far.test",
    "-it -fwww-data@example.org, true, true, www-data@example.org, ''",
    "-f <> bob, false, false, '', bob",
    "-tfada, true, false, ada, ''",
    "-bm -Am -B8BITMIME -om -oo -o7 -Lsubmit -Ono=thing bob -i, false, false, , bob -i",
    "-oA/etc/aliases -pSMTP -h1 -U -c -x -G -XV+= bob, false, false, , bob"
  })
  @Shows("A1.3")
  void understandsWhatProgramsSay(
      String words, boolean fromHeader, boolean dot, String sender, String recipients) {
    SendmailOptions options = parse(words);

    assertThat(options.mode()).isEqualTo(SendmailOptions.Mode.DELIVER);
    assertThat(options.recipientsInHeader()).isEqualTo(fromHeader);
    assertThat(options.dotIsContent()).isEqualTo(dot);
    assertThat(options.sender()).isEqualTo(Optional.ofNullable(sender));
    assertThat(String.join(" ", options.recipients())).isEqualTo(recipients);
    assertThat(options.warnings()).isEmpty();
  }

  @Test
  void keepsWhatTheEnvelopeSays() {
    SendmailOptions options =
        SendmailOptions.parse(
            List.of(
                "-F",
                "Ada B.",
                "-N",
                "success,delay",
                "-Rhdrs",
                "-V",
                "id 1",
                "-B",
                "8bitmime",
                "-C/etc/mail/main.cf"));

    assertThat(options.fullName()).contains("Ada B.");
    assertThat(options.notifyOn()).containsExactly("SUCCESS", "DELAY");
    assertThat(options.fullReturn()).contains(false);
    assertThat(options.envelopeId()).contains("id 1");
    assertThat(options.eightBit()).isTrue();
    assertThat(options.configuration()).contains(Path.of("/etc/mail/main.cf"));
    assertThat(parse("-N never -R full").notifyOn()).containsExactly("NEVER");
    assertThat(parse("-N never -R full").fullReturn()).contains(true);
  }

  @ParameterizedTest
  @CsvSource({
    "'', ",
    "-O requiretls, true",
    "-O requiretls=yes, true",
    "-ORequireTLS=YES, true",
    "-O requiretls=no, false",
    "-O requiretls -O requiretls=no, false",
    "-O smtputf8=yes, ",
  })
  void saysWhetherTlsIsRequired(String words, Boolean required) {
    assertThat(parse(words).requiresTls()).isEqualTo(Optional.ofNullable(required));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-O requiretls=true", "-Orequiretls="})
  void nobodySendsInClearBecauseOfASlip(String words) {
    assertThatThrownBy(() -> parse(words))
        .isInstanceOf(SendmailOptions.Misused.class)
        .hasMessageStartingWith("-O requiretls is yes or no, and not requiretls=");
  }

  @ParameterizedTest
  @CsvSource({
    "-bi, ALIASES",
    "-I, ALIASES",
    "-bh, NOTHING",
    "-bp, LIST",
    "-q, FLUSH",
    "-q15m, NOTHING",
    "-q1h30m, NOTHING",
    "-bd -q15, SERVE",
    "-q15 -bd, SERVE",
    "-bl, SERVE",
    "-bH, NOTHING",
    "-bt, ASK",
    "-bp -Ac, LIST",
    "-qRfar.test, FLUSH",
    "-bs, SPEAK_SMTP",
    "-bv ada, VERIFY",
    "-bd, SERVE"
  })
  void isToldWhatToDo(String words, SendmailOptions.Mode mode) {
    assertThat(parse(words).mode()).isEqualTo(mode);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-N sometimes x", "-R some x", "-V \u0007 x", "-n x", "-oQ/var x"})
  void saysWhatHasNoEffect(String words) {
    SendmailOptions options = parse(words);

    assertThat(options.warnings()).hasSize(1);
    assertThat(options.recipients()).containsExactly("x");
    assertThat(options.notifyOn()).isEmpty();
    assertThat(options.fullReturn()).isEmpty();
    assertThat(options.envelopeId()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "-q15, 900",
    "-q15s, 15",
    "-q15m, 900",
    "-q2h, 7200",
    "-q15d, 1296000",
    "-q1w, 604800",
    "-q1h30m, 5400",
    "-q1h30, 5400"
  })
  @Shows("A2.2")
  void timesAreMinutesUnlessTheySayOtherwise(String words, long seconds) {
    assertThat(parse("-bd " + words).interval()).contains(Duration.ofSeconds(seconds));
    assertThat(parse("-bd " + words).warnings()).isEmpty();
    assertThat(parse(words).warnings()).hasSize(1);
  }

  @Test
  void smallOnesAreUnderstood() {
    assertThat(parse("-bp -Ac").isForLeft()).isTrue();
    assertThat(parse("-bp -Am").isForLeft()).isFalse();
    assertThat(parse("-d0 x").saysNames()).isTrue();
    assertThat(parse("-d0.1 x").saysNames()).isTrue();
    assertThat(parse("-d21.12 x").saysNames()).isFalse();
    assertThat(parse("-vv -v x").verbosity()).isEqualTo(3);
    assertThatThrownBy(() -> parse("-q15y")).hasMessageContaining("s, m, h, d or w");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-q15y",
        "-q0",
        "-q1x5",
        "-bd ada",
        "-bl ada",
        "-bv",
        "-k",
        "-iZ",
        "-f",
        "-bz",
        "-B7",
        "-:",
        "-qX",
        "-qR",
        "-q!",
        "-q!Rx -qno"
      })
  @Shows("A2.2")
  void whatCannotBeUnderstoodIsMisuse(String words) {
    assertThatThrownBy(() -> parse(words)).isInstanceOf(SendmailOptions.Misused.class);
  }
}
