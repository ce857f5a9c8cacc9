package org.postroom.core.wire;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.function.Supplier;

/**
 * Threads of others that the wire is called on. Netty keeps a map in each thread it is called on,
 * and with it its classes and ours: for as long as the thread lives, which in an application server
 * is longer than the application.
 */
final class Callers {
  private Callers() {}

  /** Does it, and leaves the thread as it was. */
  static <T> T leave(Supplier<T> work) {
    boolean untouched = FastThreadLocal.size() == 0;
    try {
      return work.get();
    } finally {
      if (untouched) {
        FastThreadLocal.removeAll();
      }
    }
  }
}
