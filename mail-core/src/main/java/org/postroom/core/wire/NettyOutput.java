package org.postroom.core.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Collects what a turn writes in one pooled buffer; an idle session holds none. */
final class NettyOutput implements Output {
  /** So much may be unsent when a session goes on writing although there is no room. */
  private static final int MOST = 4 * 1024 * 1024;

  private static final int CHUNK = 32 * 1024;
  private static final int FIRST = 512;

  private final Link link;
  private final Unsent unsent;
  private final ByteBufAllocator buffers;
  private @Nullable ByteBuf pending;
  private boolean heldBack;

  NettyOutput(Link link, Unsent unsent, ByteBufAllocator buffers) {
    this.link = link;
    this.unsent = unsent;
    this.buffers = buffers;
  }

  /** What is written from now on are the last words in clear, and leave with the handshake. */
  void holdBack() {
    heldBack = true;
  }

  boolean isHeldBack() {
    return heldBack;
  }

  boolean isPending() {
    return pending != null;
  }

  /** What was written and not sent; the caller releases it. */
  @Nullable ByteBuf takePending() {
    ByteBuf taken = pending;
    pending = null;
    heldBack = false;
    return taken;
  }

  @Override
  public Output write(byte[] octets, int offset, int length) {
    int from = offset;
    int left = length;
    while (left > 0) {
      ByteBuf buffer = roomFor(left);
      int step = Math.min(left, CHUNK - buffer.readableBytes());
      buffer.writeBytes(octets, from, step);
      from += step;
      left -= step;
    }
    return this;
  }

  @Override
  public Output write(ByteBuffer octets) {
    int end = octets.limit();
    while (octets.position() < end) {
      ByteBuf buffer = roomFor(end - octets.position());
      int step = Math.min(end - octets.position(), CHUNK - buffer.readableBytes());
      octets.limit(octets.position() + step);
      buffer.writeBytes(octets);
      octets.limit(end);
    }
    return this;
  }

  @Override
  public Output write(int octet) {
    roomFor(1).writeByte(octet);
    return this;
  }

  @Override
  public Output ascii(CharSequence text) {
    int length = text.length();
    for (int i = 0; i < length; ) {
      ByteBuf buffer = roomFor(length - i);
      int end = i + Math.min(length - i, CHUNK - buffer.readableBytes());
      buffer.ensureWritable(end - i);
      for (; i < end; i++) {
        char c = text.charAt(i);
        if (c > 0xFF) {
          throw new IllegalArgumentException(
              "Not an octet: U+" + Integer.toHexString(c) + " at " + i);
        }
        buffer.writeByte(c);
      }
    }
    return this;
  }

  @Override
  public void flush() {
    if (heldBack) {
      return;
    }
    ByteBuf full = takePending();
    if (full == null) {
      link.checkOpen();
      return;
    }
    try {
      unsent.awaitRoom(MOST);
    } catch (RuntimeException e) {
      pending = full; // it may be the goodbye of a session that has asked for its end
      throw e;
    }
    unsent.send(full);
  }

  @Override
  public boolean hasRoom() {
    return unsent.hasRoom();
  }

  /** A buffer with room for at least one octet; sends a full one first. */
  private ByteBuf roomFor(int wanted) {
    ByteBuf buffer = pending;
    if (buffer != null && buffer.readableBytes() >= CHUNK) {
      flush();
      buffer = null;
    }
    if (buffer == null) {
      buffer = buffers.directBuffer(Math.max(FIRST, Math.min(wanted, CHUNK)), CHUNK);
      pending = buffer;
    }
    return buffer;
  }
}
