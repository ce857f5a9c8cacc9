package org.postroom.core.auth;

import java.util.concurrent.CountDownLatch;
import org.bouncycastle.crypto.CryptoServicesRegistrar;
import org.postroom.core.machine.Uninterrupted;

/**
 * What Bouncy Castle computes at its first use it keeps for the thread that came first, for as long
 * as that lives, and with it its classes and ours. So a thread of ours comes first, and ends: the
 * threads of an application live longer than we do.
 */
public final class FirstUse {
  private FirstUse() {}

  /** Begins it, for who has something else to do before anything is hashed or signed. */
  public static void begin() {
    CountDownLatch unused = Once.OVER;
  }

  /**
   * To be called before anything is hashed or signed; does nothing but the first time. Who is
   * interrupted waits, too, or would come first after all.
   */
  public static void ofCryptography() {
    Uninterrupted.await(Once.OVER::await);
  }

  private static final class Once {
    static final CountDownLatch OVER = begun();

    private static CountDownLatch begun() {
      CountDownLatch over = new CountDownLatch(1);
      Thread first =
          new Thread(
              () -> {
                try {
                  CryptoServicesRegistrar.getServicesConstraints();
                } finally {
                  over.countDown();
                }
              },
              "first-use");
      first.setDaemon(true);
      try {
        first.start();
      } catch (OutOfMemoryError e) {
        // No thread is left: who comes first keeps it, and starts after this one can be made.
        over.countDown();
      }
      return over;
    }
  }
}
