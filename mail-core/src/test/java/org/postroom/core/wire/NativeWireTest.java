package org.postroom.core.wire;

import org.junit.jupiter.api.Tag;

/** Epoll and BoringSSL where the machine has them. */
@Tag("seconds")
class NativeWireTest extends SocketWireContract {
  NativeWireTest() {
    super(true, TlsContexts.provider());
  }
}
