package org.postroom.core.transcript;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLSocket;

/** A client over TCP (or over TLS, on a socket that was made for it). */
public final class SocketPeer implements Peer {
  private static final int PATIENCE_MS = 100;
  private static final int WAITS = 300;

  private final Socket socket;
  private final InputStream in;
  private final Runnable nudge;

  private SocketPeer(Socket socket, Runnable nudge) throws IOException {
    this.socket = socket;
    this.nudge = nudge;
    if (socket instanceof SSLSocket secure) {
      socket.setSoTimeout(PATIENCE_MS * WAITS);
      secure.startHandshake(); // whose pieces nobody waits for again and again
    }
    socket.setSoTimeout(PATIENCE_MS);
    socket.setTcpNoDelay(true);
    this.in = new BufferedInputStream(socket.getInputStream(), 16_384);
  }

  /** Connects. */
  public static SocketPeer to(InetSocketAddress address) {
    try {
      return on(new Socket(address.getAddress(), address.getPort()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Speaks over a socket that is connected already. */
  public static SocketPeer on(Socket connected) {
    return on(connected, () -> {});
  }

  /**
   * The same, for a server whose time is virtual.
   *
   * @param nudge run whenever nothing has come for a tenth of a second
   */
  public static SocketPeer on(Socket connected, Runnable nudge) {
    try {
      return new SocketPeer(connected, nudge);
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
    for (int waited = 0; waited < WAITS; waited++) {
      try {
        return in.read();
      } catch (SocketTimeoutException e) {
        nudge.run();
      } catch (SocketException e) {
        return -1; // a reset is an end too
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    throw new AssertionError("Nothing came within 10 s");
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
