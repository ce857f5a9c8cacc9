package org.postroom.dist.control;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * Frames on a socket: four octets with the length of what follows, the highest first, and that many
 * octets. A frame has a greatest length and a longest time to come or to be taken.
 */
final class Frames implements AutoCloseable {
  /** What waiting takes besides the socket: epoll's, and the one by which it is woken. */
  static final int DESCRIPTORS = 2;

  private static final int HEAD = 4;

  /** What is made room for before it has come. */
  private static final int STEP = 64 * 1024;

  private final SocketChannel socket;
  private final Selector selector;
  private final SelectionKey key;

  /** A frame has more octets than it may; they have not been read. */
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;

    private final int length;

    TooLong(int length, int most) {
      super("a frame of " + Integer.toUnsignedString(length) + " octets; " + most + " are allowed");
      this.length = length;
    }

    /** How many it has. */
    long length() {
      return Integer.toUnsignedLong(length);
    }
  }

  Frames(SocketChannel socket) throws IOException {
    this.socket = socket;
    socket.configureBlocking(false);
    this.selector = Selector.open();
    this.key = socket.register(selector, SelectionKey.OP_READ);
  }

  /**
   * The next frame; empty when the far side has ended before it.
   *
   * @param most octets
   * @throws IOException when it is longer, comes too slowly, or is cut off
   */
  Optional<byte[]> read(int most, Duration patience) throws IOException {
    long end = System.nanoTime() + patience.toNanos();
    ByteBuffer head = ByteBuffer.allocate(HEAD);
    if (!fill(head, end)) {
      if (head.position() == 0) {
        return Optional.empty();
      }
      throw new EOFException("cut off in the head of a frame");
    }
    int length = head.getInt(0);
    if (length < 0 || length > most) {
      throw new TooLong(length, most);
    }
    byte[] content = new byte[0];
    while (content.length < length) {
      int before = content.length;
      content = Arrays.copyOf(content, Math.min(length, before + STEP));
      if (!fill(ByteBuffer.wrap(content, before, content.length - before), end)) {
        throw new EOFException("cut off in a frame");
      }
    }
    return Optional.of(content);
  }

  /** Reads the octets of a frame that is {@link TooLong}, and keeps none. */
  void skip(long length, Duration patience) throws IOException {
    long end = System.nanoTime() + patience.toNanos();
    long left = length;
    while (left > 0) {
      int step = (int) Math.min(left, STEP);
      if (!fill(ByteBuffer.allocate(step), end)) {
        throw new EOFException("cut off in a frame");
      }
      left -= step;
    }
  }

  /** Whether it is full; else the far side has ended. */
  private boolean fill(ByteBuffer into, long end) throws IOException {
    while (into.hasRemaining()) {
      checkTime(end); // one that always has an octet more is never waited for
      int count = socket.read(into);
      if (count < 0) {
        return false;
      }
      if (count == 0) {
        await(SelectionKey.OP_READ, end);
      }
    }
    return true;
  }

  /**
   * Sends a frame.
   *
   * @throws IOException when the far side does not take it in time
   */
  void write(byte[] content, Duration patience) throws IOException {
    long end = System.nanoTime() + patience.toNanos();
    ByteBuffer frame = ByteBuffer.allocate(HEAD + content.length);
    frame.putInt(content.length).put(content).flip();
    while (frame.hasRemaining()) {
      checkTime(end);
      if (socket.write(frame) == 0) {
        await(SelectionKey.OP_WRITE, end);
      }
    }
  }

  private static void checkTime(long end) throws IOException {
    if (System.nanoTime() - end >= 0) {
      throw new IOException("a frame takes too long");
    }
  }

  private void await(int operation, long end) throws IOException {
    long left = Math.max(1, (end - System.nanoTime()) / 1_000_000); // 0 would mean for ever
    key.interestOps(operation);
    selector.select(left);
    selector.selectedKeys().clear();
  }

  @Override
  public void close() throws IOException {
    selector.close();
  }
}
