package org.postroom.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a socket is read: not while too much is here, and not while there is no place for more. */
final class NettyInputTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final NettyInput input =
      new NettyInput(
          new ReentrantLock(),
          channel.config(),
          queue -> {
            throw new AssertionError("waits");
          });

  @AfterEach
  void close() {
    input.release();
    channel.close().syncUninterruptibly();
  }

  private void arrives(int octets) {
    boolean unused = input.arrive(Unpooled.wrappedBuffer(new byte[octets]), 500);
  }

  private boolean isRead() {
    return channel.config().isAutoRead();
  }

  @Test
  void aStrangerWithoutPlaceIsNotReadHoweverLittleIsHere() {
    arrives(100);

    input.lacksPlace();
    assertThat(input.lineReady(50)).isTrue();
    assertThat(isRead()).isFalse();
    input.discard();

    assertThat(isRead()).isFalse();
    input.hasPlace();
    assertThat(isRead()).isTrue();
  }

  @Test
  void placeIsNoReasonForReadingWhereTooMuchIsHere() {
    arrives(300_000);
    input.lacksPlace();

    input.hasPlace();

    assertThat(isRead()).isFalse();
    input.discard();
    assertThat(isRead()).isTrue();
  }
}
