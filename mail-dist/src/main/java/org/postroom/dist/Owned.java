package org.postroom.dist;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a server has opened; closed in the opposite order. Used by one thread at a time. */
final class Owned implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Owned.class);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /** Takes one more in, to be closed before those that are there. */
  <T extends AutoCloseable> T add(T one) {
    opened.push(one);
    return one;
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception | Error e) {
        // Whatever one dies of, the others are closed.
        LOG.warn("while closing: {}", e.toString());
      }
    }
  }
}
