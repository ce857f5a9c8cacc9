package org.postroom.core.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for servers whose configuration has to name them, or that nobody may listen to. Below those
 * that a kernel gives to whoever asks for any: another test's server, or a client's end, would take
 * one that is free for a moment.
 */
public final class FreePorts {
  private static final int FIRST = 12_000;
  private static final int COUNT = 18_000;

  /** Other processes of tests begin elsewhere, and far from here: their numbers are near ours. */
  private static final AtomicInteger NEXT =
      new AtomicInteger((int) (ProcessHandle.current().pid() * 7_919 % COUNT));

  private FreePorts() {}

  /** One that nobody in this process gets again soon. */
  public static int take() {
    for (int tries = 0; tries < COUNT; tries++) {
      int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no port is free");
  }

  private static boolean isFree(int port) {
    return canBeHad(new InetSocketAddress(port))
        && canBeHad(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  private static boolean canBeHad(InetSocketAddress address) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(address);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
