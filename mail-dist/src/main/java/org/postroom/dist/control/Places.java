package org.postroom.dist.control;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who is served at a socket and who waits for it, so that no user of this machine keeps the others
 * out. One user has a few of the places at a time, all of them together leave some to the masters,
 * and who waits has his turn user by user, each in the order in which he came. Threads share it.
 *
 * @param <G> those who come, each told from any other
 */
final class Places<G> {
  /** How many there are. */
  static final int ALL = 16;

  /** Of these for all but the masters. */
  static final int STRANGERS = 12;

  /** Of these for one of them. */
  static final int OF_ONE = 4;

  /** Who waits takes a descriptor; more of one user than these are sent away. */
  static final int IN_LINE = 256;

  /** In all lines, as there may be many users. */
  static final int IN_ALL_LINES = 1024;

  /** Who comes, and for whom. */
  private record Guest<G>(G who, String user, boolean isMaster) {}

  private final Map<G, Guest<G>> served = new HashMap<>();
  private final Map<String, Deque<Guest<G>>> lines = new LinkedHashMap<>();
  private boolean closed;

  /**
   * Somebody comes, and is in line.
   *
   * @param isMaster whether the server is the user's
   * @return false when the line is too long, or nobody is served any more
   */
  synchronized boolean come(G who, String user, boolean isMaster) {
    int waiting = lines.values().stream().mapToInt(Deque::size).sum();
    Deque<Guest<G>> line = lines.getOrDefault(user, new ArrayDeque<>());
    if (closed || line.size() >= IN_LINE || !isMaster && waiting >= IN_ALL_LINES) {
      return false;
    }
    line.add(new Guest<>(who, user, isMaster));
    lines.putIfAbsent(user, line);
    return true;
  }

  /** Who is to be served next, and has a place until he {@linkplain #leave leaves}. */
  synchronized Optional<G> next() {
    for (Iterator<Deque<Guest<G>>> each = lines.values().iterator(); each.hasNext(); ) {
      Deque<Guest<G>> line = each.next();
      Guest<G> first = line.element();
      if (hasPlace(first)) {
        line.remove();
        each.remove();
        if (!line.isEmpty()) {
          lines.put(first.user, line); // behind the others
        }
        served.put(first.who, first);
        return Optional.of(first.who);
      }
    }
    return Optional.empty();
  }

  private boolean hasPlace(Guest<G> guest) {
    if (guest.isMaster) {
      return served.size() < ALL;
    }
    long strangers = served.values().stream().filter(one -> !one.isMaster).count();
    long own = served.values().stream().filter(one -> one.user.equals(guest.user)).count();
    return served.size() < ALL && strangers < STRANGERS && own < OF_ONE;
  }

  /** Gives back a place. */
  synchronized void leave(G who) {
    served.remove(who);
  }

  /** Nobody comes any more. Gives those in line. */
  synchronized List<G> close() {
    closed = true;
    List<G> left = new ArrayList<>();
    lines.values().forEach(line -> line.forEach(guest -> left.add(guest.who)));
    lines.clear();
    return left;
  }
}
