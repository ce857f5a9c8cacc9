package org.postroom.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postroom.core.testing.Until;
import org.postroom.core.transcript.SocketPeer;

/** Epoll and BoringSSL where the machine has them; and what they add. */
@Tag("seconds")
class NativeWireTest extends SocketWireContract {
  NativeWireTest() {
    super(true, TlsContexts.provider());
  }

  /** What is done for it then is in vain, and need not be begun. */
  @Test
  void hearsAResetOfAClientThatHasEndedItsOwnSideWhileItsLineIsDealtWith() throws Exception {
    assumeTrue(Epoll.isAvailable(), "NIO hears of none");
    Listener listener = listenEitherWay();
    try (SocketPeer peer = SocketPeer.to(listener.address())) {
      EitherWay session = eitherWay(peer);
      leaveToAWorker(session, peer, "l first");
      peer.sendEnd();
      Until.so(session.connection::mayBeGone);
      assertThat(session.connection.isClosed()).isFalse();

      peer.reset();

      Until.so(session.connection::isClosed);
      workers.letGo();
    }
  }
}
