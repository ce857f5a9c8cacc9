package org.postroom.core.auth;

import org.bouncycastle.crypto.CryptoServicesRegistrar;

/**
 * What Bouncy Castle computes at its first use it keeps for the thread that came first, for as long
 * as that lives, and with it its classes and ours. So a thread of ours comes first, and ends: the
 * threads of an application live longer than we do.
 */
public final class FirstUse {
  private FirstUse() {}

  /** To be called before anything is hashed or signed; does nothing but the first time. */
  public static void ofCryptography() {
    Once.make();
  }

  /** Whoever comes while another makes it waits, as for any class. */
  private static final class Once {
    static {
      run();
    }

    static void make() {}
  }

  private static void run() {
    Thread first = new Thread(CryptoServicesRegistrar::getServicesConstraints, "first-use");
    first.setDaemon(true);
    try {
      first.start();
    } catch (OutOfMemoryError e) {
      return; // no thread is left: who comes first keeps it, and starts after this one can be made
    }
    try {
      first.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
