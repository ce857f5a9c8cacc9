package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.testing.Shows;

final class SendmailInputTest {
  @TempDir private Path folder;

  private SendmailInput read(String text, boolean dotIsContent) throws IOException {
    return SendmailInput.read(new ByteArrayInputStream(text.getBytes(UTF_8)), folder, dotIsContent);
  }

  private static String all(SendmailInput input) throws IOException {
    return new String(input.stream().readAllBytes(), UTF_8);
  }

  private static String shown(String text) {
    return text.replace("\r", "\\r").replace("\n", "\\n");
  }

  @ParameterizedTest
  @CsvSource({
    "'a\\nb\\n', false, 'a\\r\\nb\\r\\n'",
    "'a\\r\\nb', false, 'a\\r\\nb'",
    "'a\\n.\\nb\\n', false, 'a\\r\\n'",
    "'a\\n.\\r\\nb\\n', false, 'a\\r\\n'",
    "'a\\n.', false, 'a\\r\\n'",
    "'a\\n.\\nb\\n', true, 'a\\r\\n.\\r\\nb\\r\\n'",
    "'a\\n..\\n.b\\n', false, 'a\\r\\n..\\r\\n.b\\r\\n'",
    "'From x now\\n>From y then\\nTo: z\\n', false, 'To: z\\r\\n'",
    "'To: z\\nFrom here\\n', false, 'To: z\\r\\nFrom here\\r\\n'",
    "'From', false, 'From'",
    "'.\\n', false, ''",
    "'', false, ''"
  })
  void endsAtADotAndBeginsBehindAMailboxLine(String text, boolean dotIsContent, String mail)
      throws IOException {
    String given = text.replace("\\r", "\r").replace("\\n", "\n");
    try (SendmailInput input = read(given, dotIsContent)) {
      assertThat(shown(all(input))).isEqualTo(mail);
    }
    // Where the input is cut makes no difference.
    InputStream cut =
        given
            .chars()
            .<InputStream>mapToObj(c -> new ByteArrayInputStream(new byte[] {(byte) c}))
            .reduce(InputStream.nullInputStream(), SequenceInputStream::new);
    try (SendmailInput input = SendmailInput.read(cut, folder, dotIsContent)) {
      assertThat(shown(all(input))).isEqualTo(mail);
    }
  }

  @Test
  void longLinesAndLargeMailsAreWhole() throws IOException {
    String line = ".x".repeat(40_000);
    String text = "From " + line + "\nSubject: x\n\n" + (line + "\n").repeat(20) + ".";

    try (SendmailInput input = read(text, false)) {
      assertThat(all(input).equals("Subject: x\r\n\r\n" + (line + "\r\n").repeat(20))).isTrue();
    }
    assertThat(folder).isEmptyDirectory();
  }

  private Optional<List<String>> recipients(String... header) throws IOException {
    try (SendmailInput input = read(String.join("\n", header) + "\n\nTo: nobody\n", true)) {
      return input.recipients().map(all -> all.stream().map(WrittenAddress::toString).toList());
    }
  }

  @Test
  void findsWhomTheHeaderNames() throws IOException {
    assertThat(
            recipients(
                "From: eve@far.test",
                "To: Ada B. <ada@example.org>,, bob (a friend),",
                " \"C, D\" <cd@example.org>",
                "CC: people: x@far.test, y@far.test;, Z <@route.test:z@far.test>",
                "bcc: hidden@example.org",
                "Reply-To: other@far.test"))
        .contains(
            List.of(
                "ada@example.org",
                "bob",
                "cd@example.org",
                "x@far.test",
                "y@far.test",
                "z@far.test",
                "hidden@example.org"));
    assertThat(recipients("To: ada", "Resent-To: bob", "Bcc: eve", "Resent-Bcc: zed"))
        .contains(List.of("bob", "zed"));
    assertThat(recipients("To: undisclosed-recipients:;", "Cc:")).contains(List.of());
    assertThat(recipients("Subject: x")).contains(List.of());
  }

  /** To leave out somebody without a word would be worse than to refuse. */
  @Test
  void aListThatIsNoneIsNotGuessedAt() throws IOException {
    for (String list :
        Arrays.asList("Ada <ada@example.org", "ada bob@example.org", "a@b@c", "<ada> bob", "a@-")) {
      assertThat(recipients("To: bob", "Cc: " + list)).as(list).isEmpty();
    }
  }

  @Test
  @Shows("A1.3")
  void aFieldCanBePutInFront() throws IOException {
    try (SendmailInput input = read("To: ada\n\nbody\n", true)) {
      assertThat(input.hasFrom()).isFalse();
      assertThat(new String(input.behind("From: x").readAllBytes(), UTF_8))
          .isEqualTo("From: x\r\nTo: ada\r\n\r\nbody\r\n");
    }
    try (SendmailInput input = read("FROM : ada\n\nbody\n", true)) {
      assertThat(input.hasFrom()).isTrue();
    }
  }
}
