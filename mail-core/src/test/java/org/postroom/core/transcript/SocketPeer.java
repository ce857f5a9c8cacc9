package org.postroom.core.transcript;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/** A client over TCP (or over TLS, on a socket that was made for it). */
public final class SocketPeer implements Peer {
  private final Socket socket;
  private final InputStream in;

  private SocketPeer(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(10_000);
    socket.setTcpNoDelay(true);
    this.in = new BufferedInputStream(socket.getInputStream(), 16_384);
  }

  /** Connects. */
  public static SocketPeer to(InetSocketAddress address) {
    try {
      return new SocketPeer(new Socket(address.getAddress(), address.getPort()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Speaks over a socket that is connected already. */
  public static SocketPeer on(Socket connected) {
    try {
      return new SocketPeer(connected);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void send(byte[] octets) {
    try {
      socket.getOutputStream().write(octets);
      socket.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends our direction; the server's goes on. */
  public void sendEnd() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int read() {
    try {
      return in.read();
    } catch (SocketTimeoutException e) {
      throw new AssertionError("Nothing came within 10 s", e);
    } catch (SocketException e) {
      return -1; // a reset is an end too
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the connection with a reset: what is under way is lost. */
  public void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
