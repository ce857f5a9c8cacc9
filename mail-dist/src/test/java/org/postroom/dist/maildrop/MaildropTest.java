package org.postroom.dist.maildrop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.dist.operation.DroppedMail;
import org.postroom.dist.operation.SubmitOperation.Mail;

final class MaildropTest {
  private static final Instant NOW = Instant.parse("2026-03-01T08:00:00Z");

  @TempDir private Path above;
  private Path folder;
  private Maildrop maildrop;
  private final Random random = new Random(1);

  @BeforeEach
  void open() throws IOException {
    folder = above.resolve("maildrop");
    maildrop = new Maildrop(folder);
    assertThat(maildrop.open()).isEmpty();
  }

  private static Mail mail(String... recipients) {
    return new Mail(
            Optional.of(""),
            List.of(recipients),
            true,
            List.of("FAILURE", "DELAY"),
            Optional.of(false),
            Optional.of("an \"id\"\u00fc"),
            new ByteArrayInputStream(new byte[0]))
        .requiringTls(Optional.of(true));
  }

  private String leave(byte[] content, String... recipients) throws IOException {
    String name = Maildrop.newName(NOW, random);
    maildrop.leave(name, mail(recipients), new ByteArrayInputStream(content), 0);
    return name;
  }

  @Test
  void whatIsLeftIsTakenAsItIs() throws Exception {
    byte[] content = new byte[300_000];
    random.nextBytes(content);
    String name = leave(content, "ada", "bob@far.test");

    try (LeftMail found = maildrop.take(name).orElseThrow()) {
      assertThat(found.name()).isEqualTo(name);
      assertThat(found.user()).isEqualTo(Files.getOwner(folder).getName());
      assertThat(found.content().toBytes()).isEqualTo(content);
      assertThat(found.mail())
          .usingRecursiveComparison()
          .ignoringFields("content")
          .isEqualTo(mail("ada", "bob@far.test"));
    }
    assertThat(maildrop.names("", 9)).containsExactly(name); // taken up, and not done with
    assertThat(maildrop.take(name)).isPresent();
    maildrop.remove(name);
    assertThat(maildrop.names("", 9)).isEmpty();
    assertThat(maildrop.take(name)).isEmpty();
  }

  @Test
  void namesStandInTheirOrderAndArePaged() throws IOException {
    String second = Maildrop.newName(NOW.plusMillis(1), random);
    String first = Maildrop.newName(NOW, random);
    for (String name : List.of(second, first)) {
      maildrop.leave(name, mail("ada"), new ByteArrayInputStream("x\n".getBytes(UTF_8)), 0);
    }

    assertThat(first).matches("[0-9A-F]{35}");
    assertThat(maildrop.names("", 1)).containsExactly(first);
    assertThat(maildrop.names(first, 1)).containsExactly(second);
    assertThat(maildrop.names(second, 1)).isEmpty();
    assertThat(maildrop.list(0, 1)).singleElement().matches(one -> one.name().equals(first));
    assertThat(maildrop.list(1, 5))
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.name()).isEqualTo(second);
              assertThat(one.size()).isEqualTo(2);
              assertThat(one.sender()).isEmpty();
              assertThat(one.recipients()).containsExactly("ada");
            });
    assertThat(maildrop.list(2, 5)).isEmpty();
  }

  /** Whoever may leave mail can put anything there, and write anything into it. */
  @Test
  @Timeout(20)
  void aListingIsSafeFromWhatLiesThere() throws Exception {
    String[] many = new String[200];
    Arrays.fill(many, "\u001b[2J\u202e@far.test");
    many[1] = "a".repeat(5000);
    String name = leave("x\n".getBytes(UTF_8), many);
    String pipe = Maildrop.newName(NOW, random);
    assertThat(
            new ProcessBuilder("sh", "-c", "mkfifo \"$1\" && : > \"$(printf '\\377')\"", "sh", pipe)
                .directory(folder.toFile())
                .start()
                .waitFor())
        .isZero();

    assertThat(maildrop.names("", 9)).containsExactlyInAnyOrder(name, pipe);
    List<DroppedMail> listed = maildrop.list(0, 9);

    assertThat(listed).hasSize(1);
    assertThat(listed.get(0).recipients()).hasSize(100).startsWith("?[2J?@far.test");
    assertThat(listed.get(0).recipients().get(1)).hasSize(320);
    assertThat(folder.resolve("taking").toFile().list()).contains(name);

    Files.move(folder.resolve("taking"), above.resolve("taken"));
    assertThat(maildrop.list(0, 9)).isEmpty();
    Files.createSymbolicLink(folder.resolve("taking"), above.resolve("taken"));
    leave("x\n".getBytes(UTF_8), "ada");
    assertThat(maildrop.list(0, 9)).isEmpty();
  }

  @Test
  void oneThatIsTakenUpIsNotReplaced() throws Exception {
    String name = leave("first".getBytes(UTF_8), "ada");
    maildrop.take(name).orElseThrow().close();
    maildrop.leave(name, mail("bob"), new ByteArrayInputStream("second".getBytes(UTF_8)), 0);

    for (String expected : List.of("first", "second")) {
      try (LeftMail found = maildrop.take(name).orElseThrow()) {
        assertThat(found.content().toBytes()).asString(UTF_8).isEqualTo(expected);
      }
      maildrop.remove(name);
    }
  }

  /** It is no fault of the store, which would hold up every mail. */
  @Test
  void aFileThatCannotBeReadIsAFaultOfItsOwn() throws Exception {
    LeftMail found = maildrop.take(leave("x".getBytes(UTF_8), "ada")).orElseThrow();
    found.close();

    assertThatThrownBy(() -> found.content().toBytes()).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void nothingIsThereThatIsNotWhole() {
    assertThatThrownBy(
            () ->
                maildrop.leave(
                    Maildrop.newName(NOW, random),
                    mail("ada"),
                    new InputStream() {
                      @Override
                      public int read() throws IOException {
                        throw new IOException("broken");
                      }

                      @Override
                      public int read(byte[] target, int offset, int length) throws IOException {
                        throw new IOException("broken");
                      }
                    },
                    0))
        .hasMessage("broken");
    assertThatThrownBy(() -> leaveWith(Long.MAX_VALUE)).hasMessageContaining("queue_minfree");
    String[] many = new String[80_000];
    Arrays.fill(many, "somebody@example.org");
    assertThatThrownBy(() -> leave(new byte[0], many)).isInstanceOf(IllegalArgumentException.class);
    assertThat(folder.toFile().list()).containsOnly("taking", "corrupt");
  }

  private void leaveWith(long free) throws IOException {
    maildrop.leave(
        Maildrop.newName(NOW, random), mail("a"), new ByteArrayInputStream(new byte[0]), free);
  }

  @Test
  void withoutAFolderNothingIsLeft() {
    assertThatThrownBy(
            () ->
                new Maildrop(above.resolve("none"))
                    .leave("X", mail("a"), new ByteArrayInputStream(new byte[0]), 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the server makes it when it starts");
  }

  /** Of other users, of other programs, and of disks that lose the end of a file. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | no first line",
        "x | no first line",
        "'00000000000000000001 {}\nx' | expected user and mail",
        "'00000000000000000002 {\"user\":\"root\",\"mail\":{}}\nx' | not the size",
        "'99999999999999999999 {}\n' | does not begin with a size",
        "'09999999999999999999 {}\n' | does not begin with a size",
        "'00000000000000000001 nothing\nx' | cannot be read",
        "'00000000000000000001"
            + " {\"user\":\"who-else\",\"mail\":{\"recipients\":[],\"report_on\":[],\"eight_bit\":false}}\n"
            + "x' | is said to be of who-else",
      })
  void whatIsNoMailIsSetAside(String text, String why) throws IOException {
    String name = Maildrop.newName(NOW, random);
    Files.writeString(folder.resolve(name), text);

    assertThatThrownBy(() -> maildrop.take(name))
        .isInstanceOf(BrokenMail.class)
        .hasMessageContaining(why);
    Path aside = maildrop.setAside(name);
    assertThat(aside).hasContent(text).isEqualTo(folder.resolve("corrupt").resolve(name));
    assertThat(maildrop.names("", 9)).isEmpty();
  }

  @Test
  void linksAndFoldersAndOtherNamesAreNoMail() throws Exception {
    String name = leave("x".getBytes(UTF_8), "ada");
    String link = Maildrop.newName(NOW, random);
    String hard = Maildrop.newName(NOW, random);
    String inner = Maildrop.newName(NOW, random);
    Files.createSymbolicLink(folder.resolve(link), folder.resolve(name));
    Files.createDirectory(folder.resolve(inner));
    Files.writeString(folder.resolve("README"), "");

    for (String other : List.of(link, inner, "README")) {
      assertThatThrownBy(() -> maildrop.take(other)).isInstanceOf(BrokenMail.class);
      assertThat(maildrop.setAside(other)).exists();
    }
    Files.createLink(above.resolve(hard), folder.resolve(name));
    assertThatThrownBy(() -> maildrop.take(name)).hasMessageContaining("another name");
  }

  @Test
  void whatWasNeverFinishedIsCleared() throws IOException {
    Path young = Files.createFile(folder.resolve(".young"));
    Path old = Files.createFile(folder.resolve(".old"));
    Files.setLastModifiedTime(old, FileTime.from(NOW));

    maildrop.clear(NOW.plusSeconds(1));

    assertThat(old).doesNotExist();
    assertThat(young).exists();
    assertThat(maildrop.names("", 9)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rwxr-x--- | can be listed by other users: chmod go-r",
        "rwx--xr-x | can be listed by other users: chmod go-r",
        "rwx-wx--- | lets users remove what is another's: chmod +t",
        "rwx---rwx | can be listed"
      })
  void aFolderThatIsNotSafeIsRefused(String mode, String why) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));

    assertThat(maildrop.open()).hasValueSatisfying(said -> assertThat(said).contains(why));
  }

  @Test
  void aStickyOneIsForAll() throws IOException {
    Files.setAttribute(folder, "unix:mode", 01730);

    assertThat(maildrop.open()).isEmpty();
    Files.setPosixFilePermissions(
        folder.resolve("taking"), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(maildrop.open())
        .hasValueSatisfying(said -> assertThat(said).contains("taking is open to other users"));
  }
}
