package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.LookupTable;
import org.postroom.core.testing.Until;
import org.postroom.storage.Storage;

/** Look-up tables in a server that runs: those of files, and those of the program around it. */
@Timeout(60)
final class TablesTest {
  @TempDir private Path folder;

  private static ServerBuilder described(String mynetworks) {
    return MailServer.builder()
        .hostname("mail.example.org")
        .set("mynetworks", mynetworks)
        .set("inet_interfaces", "loopback-only")
        .set("listeners", "smtp:0")
        .storage(Storage.inMemory());
  }

  private static boolean isTrusted(MailServer server) {
    try (SmtpDialogue dialogue = SmtpDialogue.open(server.address(Role.MX).getPort())) {
      dialogue.say("MAIL FROM:<a@far.test>");
      return dialogue.say("RCPT TO:<b@else.test>").startsWith("250 ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anEditOfAFileCountsWithoutARestart() throws Exception {
    Path access = Files.writeString(folder.resolve("access"), "192.0.2.1 OK\n");
    try (MailServer server = described("192.0.2.0/24, hash:" + access).start()) {
      assertThat(isTrusted(server)).isFalse();

      Files.writeString(access, "192.0.2.1 OK\n127.0.0.1 REJECT, and trusted all the same\n");

      Until.so(() -> isTrusted(server));
      assertThat(server.warnings())
          .anyMatch(line -> line.contains("is in it, whatever its value says"));
    }
  }

  @Test
  void aTableOfTheProgramIsAskedByItsName() throws Exception {
    AtomicBoolean friendly = new AtomicBoolean();
    LookupTable friends =
        new LookupTable() {
          @Override
          public Optional<String> find(String key) {
            return friendly.get() && key.equals("127.0.0.1")
                ? Optional.of("yes")
                : Optional.empty();
          }

          @Override
          public String name() {
            return "program:friends";
          }
        };
    ServerBuilder described = described("program:friends");
    described.inside().table("friends", friends);
    try (MailServer server = described.start()) {
      assertThat(isTrusted(server)).isFalse();

      friendly.set(true);

      assertThat(isTrusted(server)).isTrue();
    }
    assertThatThrownBy(() -> described("program:friends").check())
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("the program gives no such table: program:friends");
  }
}
