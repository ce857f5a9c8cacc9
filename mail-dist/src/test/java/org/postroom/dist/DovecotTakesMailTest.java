package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.Until;
import org.postroom.storage.Storage;

/** A real Dovecot gets mail by LMTP. It needs root, and runs in a folder of its own. */
@Tag("process")
@Timeout(120)
final class DovecotTakesMailTest {
  private static final byte[] MAIL = "Subject: by LMTP\r\n\r\n.dot\r\n".getBytes(US_ASCII);

  @TempDir private Path folder;
  private @Nullable RealDovecot dovecot;

  @BeforeEach
  void start() throws Exception {
    dovecot =
        RealDovecot.start(
            folder,
            List.of("lmtp"),
            "nopassword=y",
            """
            service lmtp {
              unix_listener FOLDER/lmtp {
                mode = 0600
              }
            }
            """);
    Until.so(() -> Files.exists(folder.resolve("lmtp")));
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (dovecot != null) {
      dovecot.stop();
    }
  }

  private List<String> mails(String user) {
    Path box = folder.resolve("home").resolve(user).resolve("new");
    if (!Files.isDirectory(box)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(box)) {
      return files.map(DovecotTakesMailTest::text).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @Shows("A3.11")
  void mailIsHandedToItByLmtp() throws Exception {
    try (MailServer server =
        MailServer.builder()
            .hostname("mail.example.org")
            .set("mydestination", "mail.example.org")
            .set("inet_interfaces", "loopback-only")
            .set("mailbox_transport", "lmtp:unix:" + folder.resolve("lmtp"))
            .set("local_recipient_maps", "")
            .storage(Storage.inMemory())
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.MX, 0)
            .start()) {
      try (SmtpDialogue client = SmtpDialogue.open(server.address(Role.MX).getPort())) {
        assertThat(client.send("x@far.test", "ada@mail.example.org", MAIL)).startsWith("250 ");
      }

      Until.so(() -> !mails("ada").isEmpty());
      assertThat(mails("ada"))
          .singleElement()
          .satisfies(
              mail ->
                  assertThat(mail)
                      .startsWith("Return-Path: <x@far.test>\n")
                      .contains("\nDelivered-To: ada@mail.example.org\n")
                      .endsWith("\nSubject: by LMTP\n\n.dot\n"));
      Until.so(() -> server.inside().queue().size() == 0);
    }
  }
}
