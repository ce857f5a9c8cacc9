package org.postroom.core.wire;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Nobody who may write in a socket's folder gains by it. */
@DisabledOnOs(OS.WINDOWS)
final class SocketFileTest {
  @TempDir private Path folder;

  @Test
  void rightsAreGivenToTheSocketAlone() throws IOException {
    Path path = folder.resolve("lmtp");
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      SocketFile file = SocketFile.at(path);
      socket.bind(file.provisional());
      file.putInPlace(SocketRights.OWNER_ONLY);
      assertThat(mode(path)).isEqualTo("rw-------");

      file.change(SocketRights.EVERYBODY);
      assertThat(mode(path)).isEqualTo("rw-rw-rw-");
      SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
      assertThat(names()).containsExactly("lmtp");

      Path secret = Files.createFile(folder.resolve("secret"));
      Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
      Files.delete(path);
      Files.createSymbolicLink(path, secret);
      file.change(SocketRights.EVERYBODY);
      assertThat(mode(secret)).isEqualTo("rw-------");
      assertThat(path).isSymbolicLink();

      file.remove();
      assertThat(names()).containsExactly("lmtp", "secret");
    }
  }

  @Test
  void whatDoesNotComeToItsPlaceLeavesNothing() throws IOException {
    SocketFile file = SocketFile.at(folder.resolve("lmtp"));
    assertThat(names()).hasSize(1);

    file.abandon();

    assertThat(names()).isEmpty();
  }

  @Test
  void ofTwoThatFindADeadOneTheFirstHasThePlace() throws IOException {
    Path path = folder.resolve("lmtp");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(path));
    }
    try (ServerSocketChannel one = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      SocketFile first = SocketFile.at(path);
      SocketFile second = SocketFile.at(path);
      one.bind(first.provisional());
      other.bind(second.provisional());
      first.putInPlace(SocketRights.OWNER_ONLY);

      assertThatThrownBy(() -> second.putInPlace(SocketRights.OWNER_ONLY))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another server");
      SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
      assertThat(one.accept()).isNotNull();
      assertThat(names()).containsExactly("lmtp");
      second.remove();
      assertThat(names()).containsExactly("lmtp");
      first.remove();
      assertThat(names()).isEmpty();
    }
  }

  @Test
  void aPathThatIsTooLongForTheWayThereIsRefused() {
    String name = "a".repeat(Math.max(1, 101 - folder.toString().length()));
    assertThatThrownBy(() -> SocketFile.at(folder.resolve(name)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("100 octets");
    assertThat(folder).isEmptyDirectory();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path, NOFOLLOW_LINKS));
  }
}
