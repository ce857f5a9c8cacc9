package org.postroom.dist.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.Shows;

/** Mail comes into files as a whole or not at all. */
@Timeout(60)
final class MailFileTest {
  @TempDir private Path folder;

  private static MailFile.Writer text(String text) {
    return out -> out.write(text.getBytes(UTF_8));
  }

  private static MailFile.Writer failing() {
    return out -> {
      out.write(new byte[100_000]);
      throw new IOException("no room");
    };
  }

  private List<String> names(String in) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(in))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private String mode(String file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(file)));
  }

  @Test
  @Shows("A5.12")
  void aMaildirIsMadeAndFilled() throws IOException {
    MailFile.addTo(folder.resolve("Maildir"), "1.a.host", text("one\n"));
    MailFile.addTo(folder.resolve("Maildir"), "2.b.host", text("two\n"));

    assertThat(names("Maildir")).containsExactly("cur", "new", "tmp");
    assertThat(names("Maildir/new")).containsExactly("1.a.host", "2.b.host");
    assertThat(names("Maildir/tmp")).isEmpty();
    assertThat(folder.resolve("Maildir/new/2.b.host")).hasContent("two\n");
    assertThat(mode("Maildir")).isEqualTo("rwx------");
    assertThat(mode("Maildir/new/1.a.host")).isEqualTo("rw-------");
  }

  @Test
  void nothingOfAMailThatFailsIsInAMaildir() throws IOException {
    assertThatThrownBy(() -> MailFile.addTo(folder.resolve("Maildir"), "1.a.host", failing()))
        .hasMessage("no room");

    assertThat(names("Maildir/new")).isEmpty();
    assertThat(names("Maildir/tmp")).isEmpty();
  }

  @Test
  @Shows("A5.12")
  void anMboxIsMadeAndGrows() throws IOException {
    Path mbox = folder.resolve("mbox");
    MailFile.append(mbox, text("From a\n\none\n\n"));
    MailFile.append(mbox, text("From b\n\ntwo\n\n"));

    assertThat(mbox).hasContent("From a\n\none\n\nFrom b\n\ntwo\n\n");
    assertThat(mode("mbox")).isEqualTo("rw-------");
    assertThat(names("")).containsExactly("mbox");
  }

  @Test
  void whatFailsIsCutOffAgain() throws IOException {
    Path mbox = folder.resolve("mbox");
    MailFile.append(mbox, text("From a\n\none\n\n"));

    assertThatThrownBy(() -> MailFile.append(mbox, failing())).hasMessage("no room");

    assertThat(mbox).hasContent("From a\n\none\n\n");
    assertThat(names("")).containsExactly("mbox");
  }

  @Test
  void oneAfterTheOther() throws Exception {
    Path mbox = folder.resolve("mbox");
    String mail = "From a\n\n" + "x".repeat(50_000) + "\n\n";
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(
          threads.submit(
              () -> {
                MailFile.append(mbox, text(mail));
                return null;
              }));
    }
    for (Future<?> one : all) {
      one.get();
    }
    threads.shutdown();

    assertThat(mbox).hasContent(mail.repeat(8));
  }

  @Test
  void aLockThatWasLeftBehindIsTakenAway() throws IOException {
    Path lock = Files.createFile(folder.resolve("mbox.lock"));
    Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minusSeconds(1000)));

    MailFile.append(folder.resolve("mbox"), text("From a\n\n"));

    assertThat(names("")).containsExactly("mbox");
  }

  @Test
  void linksAndFoldersAreNoMboxes() throws IOException {
    Path other = Files.createFile(folder.resolve("other"));
    Files.createSymbolicLink(folder.resolve("link"), other);
    Files.createDirectory(folder.resolve("folder"));

    for (String name : List.of("link", "folder")) {
      assertThatThrownBy(() -> MailFile.append(folder.resolve(name), text("x")))
          .isInstanceOf(IOException.class);
    }
    assertThat(other).isEmptyFile();
    assertThat(names("")).containsExactly("folder", "link", "other");
  }

  @Test
  void aPlaceThatIsNotThereIsSaid() {
    assertThatThrownBy(() -> MailFile.append(folder.resolve("no/mbox"), text("x")))
        .isInstanceOfSatisfying(
            IOException.class, e -> assertThat(MailFile.reason(e)).startsWith("NoSuchFile"));
    assertThatThrownBy(() -> MailFile.addTo(folder.resolve("no/Maildir"), "1", text("x")))
        .isInstanceOf(IOException.class);
  }
}
