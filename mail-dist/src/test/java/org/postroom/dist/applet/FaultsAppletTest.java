package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.testing.ChildJvm;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;
import org.postroom.dist.assembly.StartedServer;
import org.postroom.storage.Storage;
import org.postroom.testkit.TestMail;
import org.postroom.testkit.fault.Fault;
import org.postroom.testkit.fault.Protocol;
import org.postroom.testkit.fault.Verb;

/** Faults that are asked for from outside of the fixture's process. */
@Timeout(120)
@Tag("seconds")
final class FaultsAppletTest {
  @TempDir private Path folder;

  /** A command's words, without quotes; an underscore is a blank within a word. */
  private AppletRun faults(String command, String words) {
    List<String> all = new ArrayList<>(List.of("faults", command, "-d", folder.toString()));
    Stream.of(words.strip().split(" +"))
        .filter(word -> !word.isEmpty())
        .map(word -> word.replace('_', ' '))
        .forEach(all::add);
    return AppletRun.of(all.toArray(new String[0]));
  }

  private TestMail fixture() {
    return TestMail.with().set("storage_folder", folder.toString()).start();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          smtp RCPT reply 450_4.2.0_Later --nth 1 --to a@b.example
          smtp rcpt drop
          all-imap FETCH stall --after-answered 1000 --session 2
          submission HANDSHAKE fail-tls --nth 1
          pop3 RETR delay 20 --nth 3
          pop3 RETR throttle 100
          imap * without IDLE
          smtp MAIL drop --percent 10 --from a@b.example --times 2
          smtp CONTENT lose-answer --nth 2 --times 3
          all-pop3 * hang-up --after-sent 100
          imap FETCH garble
          store accept full --times 2
          store read unavailable --nth 2
          dns example.net unknown
          dns example.net fails --times 3
          dns example.net times-out 5
          """)
  void areThoseOfJava(String words) {
    try (TestMail mail = fixture()) {
      AppletRun outcome = faults("add", words);

      assertThat(outcome.status()).as(outcome.said()).isZero();
      assertThat(mail.faults().all())
          .singleElement()
          .extracting(Fault::toString)
          .isEqualTo(outcome.said().strip());
    }
  }

  @Test
  void sayWhatIsMeant() {
    try (TestMail mail = fixture()) {
      mail.smtp().nth(2, Verb.RCPT).to("a@b.example").drop();
      mail.faults().at(Protocol.POP3).every().afterSent(9).hangUp();
      List<String> ofJava = mail.faults().all().stream().map(Fault::toString).toList();
      mail.faults().clear();

      assertThat(faults("add", "smtp RCPT drop --nth 2 --to a@b.example").said().strip())
          .isEqualTo(ofJava.get(0));
      assertThat(faults("add", "all-pop3 * hang-up --after-sent 9").said().strip())
          .isEqualTo(ofJava.get(1));
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          ftp RCPT drop                       | expected a listener's name
          all-ftp RCPT drop                   | expected a listener's name
          pop3 RCPT drop                      | POP3 has no RCPT; it has CONNECT,
          smtp RCPT explode                   | "explode" does not happen at smtp; expected reply,
          smtp RCPT reply                     | reply needs a text
          smtp RCPT reply hello               | "hello" answers nothing of SMTP; expected
          smtp RCPT drop now                  | drop has no text: now
          smtp RCPT delay soon                | delay soon: expected seconds, from 1 to 31536000
          smtp RCPT delay 99999999999         | expected seconds, from 1 to
          smtp RCPT throttle 0                | expected octets a second, from 1
          smtp RCPT drop --nth 0              | 0: expected a number from 1
          smtp RCPT drop --nth 99999999999    | expected a number from 1
          smtp RCPT drop --percent 0          | no chance
          smtp RCPT drop --percent 101        | no chance
          smtp RCPT drop --after-sent -1      | expected 0 or more
          smtp * drop --nth 2 --after-sent 9  | of all commands none is the nth
          smtp * drop                         | it would happen at once
          imap FETCH drop --to a@b.example    | there is no recipient
          store run full                      | expected accept, append, read or change
          store read full                     | who reads needs no room
          store read drop                     | expected full or unavailable
          store read unavailable --to a@b.example | there is no session
          dns example.net drop                | expected unknown, fails or times-out
          dns .. fails                        | not a domain
          """)
  void whatCannotBeIsRefusedWithWhatCouldBe(String words, String said) {
    try (TestMail mail = fixture()) {
      AppletRun outcome = faults("add", words);

      assertThat(outcome.status()).isEqualTo(65);
      assertThat(outcome.said()).startsWith("postroom: error: ").contains(said);
      assertThat(mail.faults().all()).isEmpty();
    }
  }

  @Test
  void noMoreAreSetThanAnybodyCanWant() {
    try (TestMail mail = fixture()) {
      for (int i = 0; i < 1_000; i++) {
        mail.faults().dns("example.net").fails();
      }

      assertThat(faults("add", "smtp RCPT drop").said()).contains("1000 faults are set");
      assertThat(faults("clear", "--seed 7")).isEqualTo(new AppletRun(0, ""));
      assertThat(faults("list", "")).isEqualTo(new AppletRun(0, "seed 7\n"));
      assertThat(mail.faults().all()).isEmpty();
    }
  }

  @Test
  void aServerThatIsNoFixtureRefuses() {
    try (MailServer server =
        MailServer.builder()
            .hostname("mail.example.org")
            .domains("example.org")
            .storage(Storage.h2(folder))
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.MX, 0)
            .start()) {
      for (String command : List.of("list", "clear", "add")) {
        AppletRun outcome = faults(command, command.equals("add") ? "smtp RCPT drop" : "");

        assertThat(outcome.status()).isEqualTo(77);
        assertThat(outcome.said()).contains("this server makes no faults: it is no fixture");
      }
      assertThat(server.unwrap(StartedServer.class).accounts().list()).isEmpty();
    }
  }

  @Test
  void nothingIsMadeWhereNoneRuns() {
    assertThat(faults("list", "").status()).isEqualTo(69);
    assertThat(folder).isEmptyDirectory();
  }

  /** A test of another language, with the fixture as a process. */
  @Test
  @Tag("process")
  void aTestInPythonHasItsMailGreylisted() throws Exception {
    assumeTrue(isInstalled("python3"), "python3");
    List<String> postroom = ChildJvm.command(List.of("-Xmx256m"), Postroom.class);
    Process fixture = start(postroom, "fixture", "-d", folder.toString(), "--auth-in-clear");
    try (BufferedReader said = fixture.inputReader(UTF_8)) {
      for (String line = said.readLine(); !"ready".equals(line); line = said.readLine()) {
        assertThat(line).as("the fixture starts").isNotNull();
      }
      Process python =
          start(
              List.of("python3", "-c"),
              """
              import json, poplib, smtplib, subprocess, sys
              folder, postroom = sys.argv[1], sys.argv[2:]
              def ask(*words):
                  return subprocess.run([*postroom, *words, "-d", folder], check=True, capture_output=True).stdout
              ports = {l["service"]: l["port"] for l in json.loads(ask("status", "--json"))["listeners"]}
              ask("faults", "add", "smtp", "RCPT", "reply", "450 4.2.0 Greylisted", "--nth", "1")
              with smtplib.SMTP("127.0.0.1", ports["smtp"]) as s:
                  for attempt in 1, 2:
                      try:
                          s.sendmail("shop@example.net", ["ada@example.org"], "Subject: Invoice")
                          print("taken")
                      except smtplib.SMTPRecipientsRefused as e:
                          print(e.recipients["ada@example.org"])
              print(len(json.loads(ask("faults", "list", "--json"))["happened"]), "happened")
              p = poplib.POP3("127.0.0.1", ports["pop3"])
              p.user("ada@example.org")
              p.pass_("secret")
              print(p.stat()[0], "arrived")
              """,
              Stream.concat(Stream.of(folder.toString()), postroom.stream())
                  .toArray(String[]::new));
      String told = new String(python.getInputStream().readAllBytes(), UTF_8);
      assertThat(python.waitFor(60, TimeUnit.SECONDS)).isTrue();

      assertThat(told.lines())
          .containsExactly("(450, b'4.2.0 Greylisted')", "taken", "1 happened", "1 arrived");
    } finally {
      fixture.destroy();
      assertThat(fixture.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static Process start(List<String> program, String... more) throws IOException {
    List<String> words = new ArrayList<>(program);
    words.addAll(List.of(more));
    return new ProcessBuilder(words).redirectErrorStream(true).start();
  }

  private static Process start(List<String> program, String script, String[] more)
      throws IOException {
    List<String> words = new ArrayList<>(program);
    words.add(script);
    words.addAll(List.of(more));
    return new ProcessBuilder(words).redirectErrorStream(true).start();
  }

  private static boolean isInstalled(String program) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(bin -> Files.isExecutable(Path.of(bin, program)));
  }
}
