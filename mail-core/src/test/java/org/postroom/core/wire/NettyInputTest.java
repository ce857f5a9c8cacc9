package org.postroom.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a socket is read: not while too much is here, and not while there is no place for more. */
final class NettyInputTest {
  private final Queue<Runnable> later = new ArrayDeque<>();
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final NettyInput input =
      new NettyInput(
          new ReentrantLock(),
          channel.config(),
          later::add,
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
    while (!later.isEmpty()) {
      later.remove().run();
    }
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

  /** What stops it comes at once, what lets it go on comes later. */
  @Test
  void whatChangesMeanwhileIsHeeded() {
    input.lacksPlace();
    input.hasPlace();
    assertThat(channel.config().isAutoRead()).isFalse();
    input.lacksPlace();

    assertThat(isRead()).isFalse();

    input.hasPlace();
    assertThat(isRead()).isTrue();
  }

  @Test
  void holdsWhatHasComeAndIsNotReadOrForgotten() {
    arrives(100);
    arrives(6000);
    assertThat(input.held()).isEqualTo(6100);

    ByteBuffer first = input.available();
    first.position(40);
    assertThat(input.available().remaining()).isEqualTo(60);
    assertThat(input.held()).isEqualTo(6060);
    input.discard();
    assertThat(input.held()).isZero();

    arrives(7);
    assertThat(input.held()).isEqualTo(7);
    input.release();
    arrives(8);
    assertThat(input.held()).isZero();
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
