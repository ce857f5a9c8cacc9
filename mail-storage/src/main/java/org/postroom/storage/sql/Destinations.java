package org.postroom.storage.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * For each destination in the queue the earliest time at which one of its rows may be ready; a
 * lease looks there first, so that a million rows for one dead destination stand in nobody's way.
 * The time may be too early (the lease then finds nothing and says when), never too late.
 */
final class Destinations {
  private record Ready(long time, String destination) implements Comparable<Ready> {
    @Override
    public int compareTo(Ready other) {
      int order = Long.compare(time, other.time);
      return order != 0 ? order : destination.compareTo(other.destination);
    }
  }

  private final Map<String, Long> times = new HashMap<>();
  private final TreeSet<Ready> order = new TreeSet<>();
  private long size;

  /** What the database has. */
  static Map<String, Long> load(Journaled statements) throws SQLException {
    Map<String, Long> found = new HashMap<>();
    String sql = "SELECT destination, MIN(ready_ts) FROM queue_recipient GROUP BY destination";
    try (ResultSet rows = statements.of(sql).executeQuery()) {
      while (rows.next()) {
        found.put(rows.getString(1), rows.getLong(2));
      }
    }
    return found;
  }

  /** Begins anew with what the database has. */
  synchronized void begin(Map<String, Long> firsts, long rows) {
    times.clear();
    order.clear();
    firsts.forEach(this::first);
    size = rows;
  }

  /** How many rows the database has. */
  static long rows(Journaled statements) throws SQLException {
    try (ResultSet rows = statements.of("SELECT COUNT(*) FROM queue_recipient").executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** A row of {@code destination} is ready then. */
  synchronized void ready(String destination, long time) {
    Long known = times.get(destination);
    if (known == null || time < known) {
      first(destination, time);
    }
  }

  /** The first row of {@code destination} is ready then; never is {@link Long#MAX_VALUE}. */
  synchronized void first(String destination, long time) {
    Long known = times.remove(destination);
    if (known != null) {
      order.remove(new Ready(known, destination));
    }
    if (time != Long.MAX_VALUE) {
      times.put(destination, time);
      order.add(new Ready(time, destination));
    }
  }

  /** Whether a row of {@code destination} may be ready. */
  synchronized boolean isReady(String destination, long now) {
    Long first = times.get(destination);
    return first != null && first <= now;
  }

  /** Up to twice {@code most} destinations that may have something ready, earliest first. */
  synchronized List<String> ready(long now, int most, Predicate<String> wanted) {
    List<String> found = new ArrayList<>();
    for (Ready ready : order) {
      if (ready.time > now || found.size() >= 2L * most) {
        break;
      }
      if (wanted.test(ready.destination)) {
        found.add(ready.destination);
      }
    }
    return found;
  }

  /** When the first that is wanted may have something ready; {@link Long#MAX_VALUE} for never. */
  synchronized long next(Predicate<String> wanted) {
    for (Ready ready : order) {
      if (wanted.test(ready.destination)) {
        return ready.time;
      }
    }
    return Long.MAX_VALUE;
  }

  /** That many rows more. */
  synchronized void count(long more) {
    size += more;
  }

  /** How many rows wait. */
  synchronized long size() {
    return size;
  }
}
