package org.postroom.imap.session;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Set;
import org.postroom.core.wire.Input;

/**
 * Looks ahead at what a client has sent already: while a command by sequence number waits, numbers
 * must not change, or it would not mean what the client meant.
 */
final class Pipeline {
  private static final int WINDOW = 2048;
  private static final Set<String> BY_NUMBER =
      Set.of("FETCH", "STORE", "SEARCH", "COPY", "MOVE", "SORT", "THREAD");

  private Pipeline() {}

  /** Whether such a command waits, or may wait beyond what can be seen. */
  static boolean usesNumbers(Input in) {
    if (in.isEmpty()) {
      return false;
    }
    ByteBuffer there = in.available();
    int end = Math.min(there.limit(), there.position() + WINDOW);
    int start = there.position();
    for (int i = start; i < end; i++) {
      if (there.get(i) == '\n') {
        if (byNumber(there, start, i)) {
          return true;
        }
        start = i + 1;
      }
    }
    return end < there.limit() || byNumber(there, start, end);
  }

  private static boolean byNumber(ByteBuffer line, int from, int to) {
    int at = from;
    while (at < to && line.get(at) != ' ') {
      at++;
    }
    StringBuilder word = new StringBuilder();
    for (at++; at < to && word.length() < 8 && line.get(at) > ' '; at++) {
      word.append((char) line.get(at));
    }
    return BY_NUMBER.contains(word.toString().toUpperCase(Locale.ROOT));
  }
}
