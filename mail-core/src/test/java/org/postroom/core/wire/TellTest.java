package org.postroom.core.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.refusal.WireFault;

/** Single datagrams to sockets in the file system, with a real one at the far side. */
final class TellTest {
  @TempDir private Path folder;

  @BeforeEach
  void needsNatives() {
    assumeTrue(Epoll.isAvailable());
  }

  @Test
  void sendsEachDatagramAsAWhole() throws IOException {
    String path = folder.resolve("notify").toString();
    Socket receiver = Socket.newSocketDomainDgram();
    try {
      receiver.bind(new DomainSocketAddress(path));

      Wires.tell(path, "READY=1\nSTATUS=listens, überall".getBytes(UTF_8));
      Wires.tell(path, "WATCHDOG=1".getBytes(UTF_8));

      assertThat(next(receiver)).isEqualTo("READY=1\nSTATUS=listens, überall");
      assertThat(next(receiver)).isEqualTo("WATCHDOG=1");
    } finally {
      receiver.close();
    }
  }

  /** unix(7): those of Linux whose names begin with a zero, which sd_notify(3) writes as an at. */
  @Test
  void knowsSocketsThatAreInNoFolder() throws IOException {
    String name = "postroom-" + UUID.randomUUID();
    Socket receiver = Socket.newSocketDomainDgram();
    try {
      receiver.bind(new DomainSocketAddress("\0" + name));

      Wires.tell("@" + name, "STOPPING=1".getBytes(UTF_8));

      assertThat(next(receiver)).isEqualTo("STOPPING=1");
    } finally {
      receiver.close();
    }
  }

  @Test
  void saysThatNobodyIsThere() {
    String path = folder.resolve("nobody").toString();

    assertThatThrownBy(() -> Wires.tell(path, new byte[] {1}))
        .isInstanceOf(WireFault.class)
        .hasMessageContaining("Cannot tell " + path);
  }

  private static String next(Socket receiver) throws IOException {
    ByteBuffer octets = ByteBuffer.allocateDirect(1000);
    int length = receiver.recv(octets, 0, octets.capacity());
    byte[] content = new byte[length];
    octets.get(content);
    return new String(content, UTF_8);
  }
}
