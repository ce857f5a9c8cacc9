package org.postroom.core.wire;

import io.netty.handler.ssl.SslProvider;

/** What works everywhere: NIO and the JDK's TLS. */
class NioWireTest extends SocketWireContract {
  NioWireTest() {
    super(false, SslProvider.JDK);
  }
}
