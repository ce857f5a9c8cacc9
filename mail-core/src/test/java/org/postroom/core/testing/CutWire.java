package org.postroom.core.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A wire to a server of this machine that can be cut so that the client notices and the server does
 * not: for it, the connections stay open and silent.
 */
public final class CutWire implements AutoCloseable {
  private final ServerSocket listener;
  private final int target;
  private final Queue<Strand> strands = new ConcurrentLinkedQueue<>();

  private CutWire(ServerSocket listener, int target) {
    this.listener = listener;
    this.target = target;
  }

  /** A wire to that port. */
  public static CutWire to(int port) throws IOException {
    CutWire wire = new CutWire(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
    begin("cut-wire", wire::accept);
    return wire;
  }

  /** Where it begins. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Cuts all that go through it; new ones are let through. */
  public void cut() throws IOException {
    for (Strand strand : strands) {
      strand.client.close();
    }
  }

  private record Strand(Socket client, Socket server) {}

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        strands.add(new Strand(client, server));
        begin("cut-wire-there", () -> carry(client, server));
        begin("cut-wire-back", () -> carry(server, client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private static void begin(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void carry(Socket from, Socket to) {
    byte[] octets = new byte[64 * 1024];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(octets); count >= 0; count = in.read(octets)) {
        out.write(octets, 0, count);
      }
      to.close(); // one side has ended as it should
    } catch (IOException e) {
      // Cut: the other side is not told.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Strand strand : strands) {
      strand.client.close();
      strand.server.close();
    }
  }
}
