package org.postroom.core.policy.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** One by a socket of this machine. A worker waits for each answer. */
final class SocketConnection implements PolicyConnection {
  private final SocketChannel channel;
  private final Executor workers;
  private final ByteBuffer in = ByteBuffer.allocate(PolicyReply.LONGEST_LINE).flip();

  private SocketConnection(SocketChannel channel, Executor workers) {
    this.channel = channel;
    this.workers = workers;
  }

  /** Never waits: where the server has too many that want it, there is none. */
  static SocketConnection open(Path path, Executor workers) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.configureBlocking(false);
      if (!channel.connect(UnixDomainSocketAddress.of(path))) {
        throw new IOException("it takes nobody now");
      }
      channel.configureBlocking(true);
      return new SocketConnection(channel, workers);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public CompletionStage<String> ask(String request) {
    return CompletableFuture.supplyAsync(() -> exchange(request), workers);
  }

  private String exchange(String request) {
    PolicyReply reply = new PolicyReply();
    try {
      checkSilent();
      ByteBuffer out = ByteBuffer.wrap(request.getBytes(UTF_8));
      while (out.hasRemaining()) {
        channel.write(out);
      }
      boolean whole = false;
      while (!whole) {
        whole = reply.take(line());
      }
    } catch (IOException e) {
      throw reply.cut();
    }
    if (in.hasRemaining()) {
      close(); // the rest is nobody's answer
    }
    return reply.action();
  }

  /** Nobody has spoken unasked, or gone. */
  private void checkSilent() throws IOException {
    channel.configureBlocking(false);
    int count = channel.read(in.clear());
    in.flip();
    if (count < 0) {
      throw new EOFException();
    }
    if (count > 0) {
      throw new PolicyTrouble("it speaks without being asked");
    }
    channel.configureBlocking(true);
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      while (in.hasRemaining()) {
        byte octet = in.get();
        if (octet == '\n') {
          String text = line.toString(UTF_8);
          return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        }
        line.write(octet);
        if (line.size() > PolicyReply.LONGEST_LINE) {
          throw PolicyReply.tooLong();
        }
      }
      in.clear();
      int count = channel.read(in);
      in.flip();
      if (count < 0) {
        throw new EOFException();
      }
    }
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Whoever has it still hears of that himself.
    }
  }
}
