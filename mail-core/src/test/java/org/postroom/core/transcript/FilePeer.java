package org.postroom.core.transcript;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A client at a socket in the file system. */
public final class FilePeer implements Peer {
  private static final long PATIENCE_MS = 10_000;

  private final SocketChannel channel;
  private final Selector readable;
  private final ByteBuffer in = ByteBuffer.allocate(16_384).flip();

  private FilePeer(SocketChannel channel) throws IOException {
    this.channel = channel;
    this.readable = Selector.open();
    channel.configureBlocking(false);
    channel.register(readable, SelectionKey.OP_READ);
  }

  /** Connects. */
  public static FilePeer to(Path socket) {
    try {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
        return new FilePeer(channel);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void send(byte[] octets) {
    try (Selector writable = Selector.open()) {
      channel.register(writable, SelectionKey.OP_WRITE);
      ByteBuffer out = ByteBuffer.wrap(octets);
      while (out.hasRemaining()) {
        await(writable);
        channel.write(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends our direction; the server's goes on. */
  public void sendEnd() {
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int read() {
    try {
      while (!in.hasRemaining()) {
        await(readable);
        int count = channel.read(in.clear());
        in.flip();
        if (count < 0) {
          return -1;
        }
      }
      return in.get() & 0xFF;
    } catch (IOException e) {
      return -1; // a reset is an end too
    }
  }

  private static void await(Selector selector) throws IOException {
    if (selector.select(PATIENCE_MS) == 0) {
      throw new AssertionError("Nothing came within 10 s");
    }
    selector.selectedKeys().clear();
  }

  @Override
  public void close() {
    try {
      channel.close();
      readable.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
