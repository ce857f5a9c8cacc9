package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class ControlTest {
  private static final Control.Requests ECHO =
      (verb, arguments) -> {
        if (verb.equals("fail")) {
          throw new IllegalArgumentException("as asked");
        }
        return arguments;
      };

  @TempDir private Path folder;

  @Test
  void answersAndSaysWhatIsWrong() {
    Control control = Control.open(folder, ECHO);

    assertThat(Control.ask(folder, "echo", List.of("a", "b ü"))).contains(List.of("a", "b ü"));
    assertThatThrownBy(() -> Control.ask(folder, "fail", List.of())).hasMessage("as asked");

    control.close();
    assertThat(Control.ask(folder, "echo", List.of())).isEmpty();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aClientThatSaysNothingKeepsNobodyWaiting() throws IOException {
    Control control = Control.open(folder, ECHO);
    try (SocketChannel silent =
        SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("control")))) {
      assertThat(Control.ask(folder, "echo", List.of("a"))).contains(List.of("a"));

      control.close();
      assertThat(silent.read(ByteBuffer.allocate(1))).as("its end").isEqualTo(-1);
    }
  }

  @Test
  void aFolderMayHaveALongerPathThanASocket() throws IOException {
    Path deep = Files.createDirectories(folder.resolve("a".repeat(90)).resolve("b".repeat(90)));
    Control control = Control.open(deep, ECHO);
    Path socket = Path.of(Files.readString(deep.resolve("control")));

    assertThat(Control.ask(deep, "echo", List.of("a"))).contains(List.of("a"));
    assertThat(Files.getPosixFilePermissions(socket.getParent()))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));

    control.close();
    assertThat(socket.getParent()).doesNotExist();
    assertThat(deep).isEmptyDirectory();
  }

  /** The place for temporary files is everybody's, and what is asked holds passwords. */
  @Test
  void asksNobodyWhoHasTakenAKilledServersPlace() throws IOException {
    Path taken = Files.createDirectory(folder.resolve("taken"));
    Control impostor = Control.open(taken, ECHO);
    Files.setPosixFilePermissions(taken, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path deep = Files.createDirectories(folder.resolve("a".repeat(90)).resolve("b".repeat(90)));
    Files.writeString(deep.resolve("control"), taken.resolve("control").toString());

    assertThat(Control.ask(deep, "echo", List.of("secret"))).isEmpty();

    Control control = Control.open(deep, ECHO);
    assertThat(Control.ask(deep, "echo", List.of("a"))).contains(List.of("a"));
    assertThat(taken.resolve("control")).as("another's socket").exists();
    control.close();
    impostor.close();
  }

  /** As a power cut or a full disk leaves it. */
  @ParameterizedTest
  @ValueSource(strings = {"", "/", "control", "a\0b", "/nowhere/at/all/control"})
  void aTornPlaceIsNoServerAndNoHindrance(String torn) throws IOException {
    Files.writeString(folder.resolve("control"), torn);
    assertThat(Control.ask(folder, "echo", List.of())).isEmpty();

    Control control = Control.open(folder, ECHO);

    assertThat(Control.ask(folder, "echo", List.of("a"))).contains(List.of("a"));
    control.close();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void takesAwayWhatAKilledServerLeft() throws IOException {
    Path left = Files.createTempDirectory("postroom");
    Files.createFile(left.resolve("control"));
    Files.writeString(folder.resolve("control"), left.resolve("control").toString());

    Control control = Control.open(folder, ECHO);

    assertThat(left).doesNotExist();
    assertThat(Control.ask(folder, "echo", List.of("a"))).contains(List.of("a"));
    control.close();
  }

  @Test
  void whatAKilledServerLeftIsNoServer() throws IOException {
    Files.writeString(folder.resolve("control"), folder.resolve("gone").toString());

    assertThat(Control.ask(folder, "echo", List.of())).isEmpty();
  }
}
