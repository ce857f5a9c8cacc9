package org.postroom.smtp.client;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Servers that offer CHUNKING and have failed with a chunk: the next mail goes there by DATA. The
 * last thousand are kept. Safe for any number of threads.
 */
final class Unchunked {
  private static final int MOST = 1000;

  private final Map<String, Boolean> servers =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > MOST;
        }
      };

  synchronized void add(Target server) {
    servers.put(server.toString(), true);
  }

  synchronized boolean has(Target server) {
    return servers.containsKey(server.toString());
  }
}
