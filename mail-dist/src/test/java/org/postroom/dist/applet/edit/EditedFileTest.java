package org.postroom.dist.applet.edit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class EditedFileTest {
  @TempDir private Path folder;
  private final Clock clock = Clock.systemUTC();

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("f"), text, ISO_8859_1);
  }

  private EditedFile file(Path path) {
    return new EditedFile(path, clock, Duration.ZERO);
  }

  private List<String> left() {
    return List.of(folder.toFile().list());
  }

  @Test
  void keepsModeAndOwnerAndLeavesNothingBeside() throws IOException {
    Path path = write("a = 1\n");
    assumeTrue(Files.getFileStore(path).supportsFileAttributeView("posix"));
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
    Object owner = Files.getOwner(path);

    file(path).change(text -> text + "b = 2\n");

    assertThat(Files.readString(path)).isEqualTo("a = 1\nb = 2\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-r-----");
    assertThat(Files.getOwner(path)).isEqualTo(owner);
    assertThat(left()).containsExactly("f");
  }

  @Test
  void keepsEveryOctet() throws IOException {
    StringBuilder all = new StringBuilder("\u0000 no end of line ");
    for (char c = 0; c < 256; c++) {
      all.append(c);
    }
    Path path = write(all.toString());

    file(path).change(text -> text + "x");

    assertThat(Files.readString(path, ISO_8859_1)).isEqualTo(all + "x");
  }

  @Test
  void aLinkStaysOne() throws IOException {
    Path path = write("a\n");
    Path link = Files.createSymbolicLink(folder.resolve("link"), path);

    file(link).change(text -> "b\n");

    assertThat(link).isSymbolicLink();
    assertThat(path).hasContent("b\n");
  }

  @Test
  void whatGrowsTooLargeIsNotWritten() throws IOException {
    Path path = write("a\n");

    assertThatThrownBy(() -> file(path).change(text -> "x".repeat((32 << 20) + 1)))
        .isInstanceOf(EditRefused.class)
        .hasMessageContaining("more than 32 MB; it is as it was");
    assertThat(path).hasContent("a\n");
    assertThat(left()).containsExactly("f");
  }

  @Test
  void whatIsAsItWasIsNotWritten() throws IOException {
    Path path = write("a\n");
    Object before = Files.readAttributes(path, "unix:ino").get("ino");

    file(path).change(text -> "a\n");

    assertThat(Files.readAttributes(path, "unix:ino").get("ino")).isEqualTo(before);
  }

  @Test
  void aFileThatCannotBeIsRefusedByName() throws IOException {
    Path large = folder.resolve("large");
    try (SeekableByteChannel channel =
        Files.newByteChannel(large, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.position(33L << 20).write(ByteBuffer.wrap(new byte[1]));
    }

    assertThatThrownBy(() -> file(folder.resolve("none")).change(text -> "x"))
        .isInstanceOf(EditRefused.class)
        .hasMessage("open " + folder + "/none for reading: No such file or directory");
    assertThatThrownBy(() -> file(folder).change(text -> "x"))
        .isInstanceOf(EditRefused.class)
        .hasMessageEndingWith("not a file");
    assertThatThrownBy(() -> file(large).change(text -> "x"))
        .isInstanceOf(EditRefused.class)
        .hasMessageEndingWith("more than 32 MB");
  }

  @Test
  void whatAnEditRefusesLeavesTheFileAlone() throws IOException {
    Path path = write("a\n");

    assertThatThrownBy(
            () ->
                file(path)
                    .change(
                        text -> {
                          throw new IllegalStateException("no");
                        }))
        .hasMessage("no");

    assertThat(path).hasContent("a\n");
    assertThat(left()).containsExactly("f");
  }

  @Test
  void anEditorsTextIsSeenBeforeTheRename() throws IOException {
    Path path = write("a\n");
    List<String> seen = new ArrayList<>();

    file(path)
        .change(
            text -> {
              seen.add(text);
              if (seen.size() == 1) {
                overwrite(path, "by another\n");
              }
              return text + "mine\n";
            });

    assertThat(seen).containsExactly("a\n", "by another\n");
    assertThat(path).hasContent("by another\nmine\n");
  }

  private static void overwrite(Path path, String text) {
    try {
      Files.writeString(path, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aFileThatSomebodyElseChangesIsLeftAlone() throws IOException {
    Path path = write("a\n");
    Path lock = Files.createFile(folder.resolve(".f.lock"));

    assertThatThrownBy(() -> file(path).change(text -> "b\n"))
        .isInstanceOf(EditRefused.class)
        .hasMessageContaining("is being changed by another command")
        .hasMessageContaining(lock.toString());

    assertThat(path).hasContent("a\n");
  }

  @Test
  void aLockThatWasLeftBehindIsTakenOver() throws IOException {
    Path path = write("a\n");
    Files.createFile(folder.resolve(".f.lock"));
    Clock later = Clock.offset(clock, Duration.ofMinutes(2));

    new EditedFile(path, later, Duration.ZERO).change(text -> "b\n");

    assertThat(path).hasContent("b\n");
    assertThat(left()).containsExactly("f");
  }

  @Test
  void ofManyEditsAtOnceNoneIsLost() throws Exception {
    Path path = write("");
    int threads = 4;
    int each = 10;
    CountDownLatch begin = new CountDownLatch(1);
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> edits = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        edits.add(
            workers.submit(
                () -> {
                  begin.await();
                  for (int k = 0; k < each; k++) {
                    String line = thread + "-" + k + "\n";
                    new EditedFile(path, clock, Duration.ofSeconds(50)).change(text -> text + line);
                  }
                  return null;
                }));
      }
      begin.countDown();
      for (Future<?> edit : edits) {
        edit.get();
      }
    } finally {
      workers.shutdownNow();
    }

    assertThat(Files.readAllLines(path)).hasSize(threads * each).doesNotHaveDuplicates();
    assertThat(left()).containsExactly("f");
  }

  @ParameterizedTest
  @CsvSource({
    "'a 1\n# c\n  2\nb 3\n', 'r\n# c\nb 3\n', '# c\nb 3\n', '#a 1\n# c\n#  2\nb 3\n'",
    "'a 1', 'r\n', '', '#a 1'",
    "'  x\na 1\n', '  x\nr\n', '  x\n', '  x\n#a 1\n'",
    "'a 1\n\n\n 2\n\nb', 'r\n\n\n\nb', '\n\n\nb', '#a 1\n\n\n# 2\n\nb'",
    "'', '', '', ''",
    "'#a 1\n 2\n', '#a 1\n 2\n', '#a 1\n 2\n', '#a 1\n 2\n'",
  })
  void changesLogicalLines(String text, String replaced, String removed, String commented) {
    assertThat(edited(text, new LogicalEdit.Replace("r"))).isEqualTo(replaced);
    assertThat(edited(text, new LogicalEdit.Remove())).isEqualTo(removed);
    assertThat(edited(text, new LogicalEdit.CommentOut())).isEqualTo(commented);
    assertThat(edited(text, new LogicalEdit.Keep())).isEqualTo(text);
  }

  private static String edited(String text, LogicalEdit.Change change) {
    return LogicalEdit.apply(
        text, (line, first) -> first.startsWith("a") ? change : new LogicalEdit.Keep());
  }
}
