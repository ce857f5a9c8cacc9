package org.postroom.dist.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.report.BadConfiguration;

/** What a file of jobs says, and what is said of one that is none. */
final class FetchFileTest {
  @TempDir private Path folder;
  private Path secret;

  @BeforeEach
  void makeSecret() throws IOException {
    secret = Files.writeString(folder.resolve("secret"), "correct horse\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
  }

  private List<FetchJob> read(String text, String... unsafe) throws IOException {
    return FetchFile.read(
        Files.writeString(folder.resolve("fetch"), text.replace("SECRET", secret.toString())),
        List.of(unsafe));
  }

  @Test
  void aJobIsALineAndItsContinuation() throws IOException {
    List<FetchJob> jobs =
        read(
            """
            # one that says little
            home pop3s://ada%40example.net@pop.example.net to=ada password_file=SECRET

            work imap://ada@[2001:db8::1]:1143/Lists/postroom
              to=ada@example.org folder=From%20work  keep=seen flags=yes
              # with words of its own
              password_file=SECRET interval=90s verify=no tls=none
            """);

    assertThat(jobs)
        .containsExactly(
            new FetchJob(
                "home",
                new Remote(
                    Remote.Protocol.POP3, true, "ada@example.net", "pop.example.net", 995, ""),
                "ada",
                MailboxName.INBOX,
                JobProof.inFile(false, secret),
                Duration.ofMinutes(5),
                FetchJob.Leaving.REMOVED,
                false,
                FetchJob.Tls.REQUIRED,
                true,
                java.util.Optional.empty()),
            new FetchJob(
                "work",
                new Remote(
                    Remote.Protocol.IMAP, false, "ada", "2001:db8::1", 1143, "Lists/postroom"),
                "ada@example.org",
                MailboxName.of("From work"),
                JobProof.inFile(false, secret),
                Duration.ofSeconds(90),
                FetchJob.Leaving.KEPT_AS_SEEN,
                true,
                FetchJob.Tls.NONE,
                false,
                java.util.Optional.empty()));
    assertThat(jobs.get(0).key()).matches("fetch-[0-9a-f]{32}").isNotEqualTo(jobs.get(1).key());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "job | expected a name",
        "job http://a@b to=a password_file=SECRET | expected pop3s://",
        "job pop3://b to=a password_file=SECRET | expected pop3s://",
        "job pop3://a:horse@b to=a password_file=SECRET | a colon in front of the @",
        "job pop3://a@b:0 to=a password_file=SECRET | no port: 0",
        "job pop3://a@b:99999 to=a password_file=SECRET | no port: 99999",
        "job pop3://a@b/Sent to=a password_file=SECRET | POP3 knows no mailboxes",
        "job pop3://a%4@b to=a password_file=SECRET | two hexadecimal digits",
        "job pop3://a%0d@b to=a password_file=SECRET | control characters",
        "job pop3://a@b password_file=SECRET | expected to=",
        "job pop3://a@b to=a | expected password_file=",
        "job pop3://a@b to=a password_file=secret | a path from / on",
        "job pop3://a@b to=a password_file=SECRET token_file=SECRET | expected password_file=, or",
        "job pop3://a@b to=a passwordeval=pass%20show | passwordeval=pass: expected a path from / on",
        "job pop3://a@b to=a tokeneval=/nowhere/get%20x | /nowhere/get is no program that",
        "job pop3://a@b to=a passwordeval=SECRET | is no program that this user may run",
        "job pop3://a@b to=a password_file=/nowhere/secret | /nowhere/secret is not there",
        "job pop3://a@b to=a password_file=SECRET interval=5 | a time such as 5m",
        "job pop3://a@b to=a password_file=SECRET interval=1s | 10s at least",
        "job pop3://a@b to=a password_file=SECRET keep=maybe | keep=maybe: expected yes, no or seen",
        "job pop3://a@b to=a password_file=SECRET keep=seen | keep=seen: POP3 knows no flags",
        "job pop3://a@b to=a password_file=SECRET flags=yes | flags=yes: POP3 knows no flags",
        "job imap://a@b to=a password_file=SECRET flags=seen | flags=seen: expected yes or no",
        "job pop3://a@b to=a password_file=SECRET tls=may | expected required or none",
        "job pop3://a@b to=a password_file=SECRET folder=/x | folder=/x",
        "job pop3://a@b to=a to=b password_file=SECRET | to= is said twice",
        "job pop3://a@b to=a password=x | expected one of to=",
        "-job pop3://a@b to=a password_file=SECRET | expected a name",
      })
  void whatIsWrongIsSaidWithItsLine(String line, String fault) {
    assertThatThrownBy(() -> read("# jobs\n\n" + line + "\n"))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageStartingWith(folder.resolve("fetch") + ", line 3: fetch_jobs: ")
        .hasMessageContaining(fault);
  }

  @Test
  void aPathThatCanBeNoneIsAFaultOfItsLine() {
    assertThatThrownBy(() -> read("# jobs\none pop3://a@b to=a passwordeval=/a\0b\n"))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("line 2: fetch_jobs: a path that can be none");
  }

  @Test
  void allFaultsAreFoundAndNoMailIsFetchedTwice() {
    assertThatThrownBy(
            () ->
                read(
                    """
                    one pop3://a@b to=a password_file=SECRET
                    one pop3://a@c to=a password_file=SECRET
                    two pop3s://a@B to=a password_file=SECRET folder=Other
                    """))
        .hasMessageContaining("line 2: fetch_jobs: there is a job one already")
        .hasMessageContaining("line 3: fetch_jobs: job one fetches the same mail");
    assertThatThrownBy(() -> FetchFile.read(folder.resolve("none"), List.of()))
        .hasMessageContaining("none: fetch_jobs: cannot be read");
  }

  @Test
  void aPasswordThatOthersCanReadIsNone() throws IOException {
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(() -> read("one pop3://a@b to=a password_file=SECRET\n"))
        .hasMessageContaining("chmod 0600");
    assertThat(read("one pop3://a@b to=a password_file=SECRET\n", secret.toString())).hasSize(1);
  }
}
