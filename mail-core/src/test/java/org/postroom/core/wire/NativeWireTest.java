package org.postroom.core.wire;

/** Epoll and BoringSSL where the machine has them. */
class NativeWireTest extends SocketWireContract {
  NativeWireTest() {
    super(true, TlsContexts.provider());
  }
}
