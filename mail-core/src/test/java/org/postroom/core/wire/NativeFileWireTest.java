package org.postroom.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postroom.core.transcript.FilePeer;

/** Epoll where the machine has it; and what it adds. */
@Tag("seconds")
final class NativeFileWireTest extends FileWireContract {
  NativeFileWireTest() {
    super(true);
  }

  @Test
  void servesAClientThatHasEndedItsOwnSideToTheEnd() {
    Listener listener = listen();
    try (FilePeer peer = (FilePeer) dial(listener)) {
      peer.send("flood 20000000\r\nlast\r\n");
      peer.sendEnd();

      assertThat(peer.readAll())
          .hasSize("hello\r\n".length() + 20_000_000 + "<last>CRLF\r\n".length());
    }
  }
}
