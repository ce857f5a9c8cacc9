package org.postroom.dist.applet.doveadm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.secret.Secret;

/** doveadm pw says what Dovecot's does, and Dovecot's takes what it says. */
final class PasswordWordsTest {
  private static String run(String... words) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintWriter out = new PrintWriter(said, true, UTF_8);
    int status = new PasswordWords(out, out, () -> Secret.of("typed")).run(List.of(words));
    return status + " " + said.toString(UTF_8).strip();
  }

  @Test
  void aPasswordIsMadeAndTested() {
    String made = run("-s", "sha512-crypt", "-p", "secret").substring(2);
    assertThat(made).startsWith("{SHA512-CRYPT}$6$");
    assertThat(run("-t", made, "-p", "secret")).isEqualTo("0 " + made + " (verified)");
    assertThat(run("-t", made))
        .isEqualTo(
            "75 doveadm: Fatal: reverse password verification check failed: Password mismatch");
    assertThat(run("-V", "-s", "PLAIN")).isEqualTo("0 {PLAIN}typed (verified)");
    assertThat(run()).startsWith("0 {CRYPT}$2y$05$");
  }

  @ParameterizedTest
  @CsvSource({
    "-s nosuch -p x, 75 doveadm: Fatal: Unknown scheme: NOSUCH",
    "-t plain -p plain, 75 doveadm: Fatal: Missing {scheme} prefix from hash",
    "-x, 64 doveadm: Fatal: invalid option -- 'x'",
  })
  void whatIsWrongIsSaidAsDovecotSaysIt(String words, String said) {
    assertThat(run(words.split(" ", -1))).isEqualTo(said);
  }

  @ParameterizedTest
  @Tag("process")
  @MethodSource("org.postroom.core.auth.scheme.NewPassword#schemes")
  void dovecotsTakesIt(String scheme) throws Exception {
    Path theirs = Path.of("/usr/bin/doveadm");
    Assumptions.assumeTrue(Files.isExecutable(theirs), "doveadm");
    String made = run("-s", scheme, "-p", "secret").substring(2);

    Process process =
        new ProcessBuilder(theirs.toString(), "pw", "-t", made, "-p", "secret")
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();

    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(said).isEqualTo(made + " (verified)");
  }
}
