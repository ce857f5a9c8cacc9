package org.postroom.core.wire;

import io.netty.handler.ssl.SslProvider;
import org.junit.jupiter.api.Tag;

/** What works everywhere: NIO and the JDK's TLS. */
@Tag("seconds")
class NioWireTest extends SocketWireContract {
  NioWireTest() {
    super(false, SslProvider.JDK);
  }
}
