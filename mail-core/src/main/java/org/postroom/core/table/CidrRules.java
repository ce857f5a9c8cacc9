package org.postroom.core.table;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.network.Network;

/**
 * Networks with a value each, of which the first that holds an address counts. They are cut into
 * intervals that do not overlap when they are read, so that a look-up is a binary search, however
 * many there are. Keys that are no addresses are not found.
 */
final class CidrRules implements Lookup {

  private final Intervals ipv4;
  private final Intervals ipv6;
  private final int size;

  private CidrRules(Intervals ipv4, Intervals ipv6, int size) {
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
    this.size = size;
  }

  @Override
  public Optional<Row> row(String key) {
    if (key.length() > 45) {
      return Optional.empty();
    }
    Optional<InetAddress> address = IpLiteral.parse(key);
    if (address.isEmpty()) {
      return Optional.empty();
    }
    byte[] octets = address.get().getAddress();
    return (octets.length == 4 ? ipv4 : ipv6).find(Point.of(octets));
  }

  @Override
  public int size() {
    return size;
  }

  /** An address as a number of 128 bits. */
  private record Point(long high, long low) implements Comparable<Point> {

    private static final Comparator<Point> ORDER =
        (a, b) ->
            a.high != b.high
                ? Long.compareUnsigned(a.high, b.high)
                : Long.compareUnsigned(a.low, b.low);

    static Point of(byte[] octets) {
      long high = 0;
      long low = 0;
      for (byte octet : octets) {
        high = high << 8 | low >>> 56;
        low = low << 8 | octet & 0xFF;
      }
      return new Point(high, low);
    }

    Point next() {
      return new Point(low == -1 ? high + 1 : high, low + 1);
    }

    Point before() {
      return new Point(low == 0 ? high - 1 : high, low - 1);
    }

    @Override
    public int compareTo(Point other) {
      return ORDER.compare(this, other);
    }
  }

  /** From the first to the last, both inside. */
  private record Interval(Point first, Point last) {

    static Interval of(Network network) {
      byte[] octets = network.address().getAddress();
      Point first = Point.of(octets);
      for (int bit = network.prefix(); bit < octets.length * 8; bit++) {
        octets[bit / 8] |= (byte) (0x80 >> bit % 8);
      }
      return new Interval(first, Point.of(octets));
    }

    static Interval all(boolean ipv6) {
      return new Interval(new Point(0, 0), ipv6 ? new Point(-1, -1) : new Point(0, 0xFFFF_FFFFL));
    }
  }

  /** Where each stretch with another value begins. */
  private record Intervals(List<Point> starts, List<Optional<Row>> values) {

    Intervals {
      starts = List.copyOf(starts);
      values = List.copyOf(values);
    }

    Optional<Row> find(Point point) {
      int low = 0;
      int high = starts.size() - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        if (starts.get(middle).compareTo(point) <= 0) {
          low = middle + 1;
        } else {
          high = middle - 1;
        }
      }
      return high < 0 ? Optional.empty() : values.get(high);
    }
  }

  /** Takes rules in the order of the file. */
  static final class Builder {

    private record Edge(Point at, int rule, boolean begins) {}

    private final List<Edge> ipv4 = new ArrayList<>();
    private final List<Edge> ipv6 = new ArrayList<>();
    private final List<Optional<Row>> values = new ArrayList<>();
    private final Deque<CidrFormat.Range> conditions = new ArrayDeque<>();

    void begin(CidrFormat.Range condition) {
      conditions.push(condition);
    }

    void end() {
      conditions.pop();
    }

    void add(CidrFormat.Range range, Row row) {
      boolean six = isSix(range);
      List<Interval> stretches = parts(range, List.of(Interval.all(six)));
      for (CidrFormat.Range condition : conditions) {
        stretches = isSix(condition) == six ? parts(condition, stretches) : List.of();
      }
      List<Edge> edges = six ? ipv6 : ipv4;
      for (Interval each : stretches) {
        edges.add(new Edge(each.first(), values.size(), true));
        if (each.last().compareTo(Interval.all(six).last()) != 0) {
          edges.add(new Edge(each.last().next(), values.size(), false));
        }
      }
      values.add(Optional.of(row));
    }

    CidrRules build() {
      return new CidrRules(swept(ipv4), swept(ipv6), values.size());
    }

    private static boolean isSix(CidrFormat.Range range) {
      return range.network().address().getAddress().length == 16;
    }

    /** What of the stretches lies in the range. */
    private static List<Interval> parts(CidrFormat.Range range, List<Interval> of) {
      Interval inside = Interval.of(range.network());
      List<Interval> found = new ArrayList<>();
      for (Interval each : of) {
        if (!range.outside()) {
          keep(later(each.first(), inside.first()), earlier(each.last(), inside.last()), found);
          continue;
        }
        if (each.first().compareTo(inside.first()) < 0) {
          keep(each.first(), earlier(each.last(), inside.first().before()), found);
        }
        if (each.last().compareTo(inside.last()) > 0) {
          keep(later(each.first(), inside.last().next()), each.last(), found);
        }
      }
      return found;
    }

    private static void keep(Point first, Point last, List<Interval> found) {
      if (first.compareTo(last) <= 0) {
        found.add(new Interval(first, last));
      }
    }

    private static Point later(Point a, Point b) {
      return a.compareTo(b) > 0 ? a : b;
    }

    private static Point earlier(Point a, Point b) {
      return a.compareTo(b) < 0 ? a : b;
    }

    /** Goes over all edges with the rules that hold there, of which the first counts. */
    private Intervals swept(List<Edge> edges) {
      edges.sort(Comparator.comparing(Edge::at));
      TreeSet<Integer> holding = new TreeSet<>();
      List<Point> starts = new ArrayList<>();
      List<Optional<Row>> found = new ArrayList<>();
      for (int i = 0; i < edges.size(); i++) {
        Edge edge = edges.get(i);
        if (edge.begins()) {
          holding.add(edge.rule());
        } else {
          holding.remove(edge.rule());
        }
        boolean lastHere = i + 1 == edges.size() || edges.get(i + 1).at().compareTo(edge.at()) != 0;
        Optional<Row> value = holding.isEmpty() ? Optional.empty() : values.get(holding.first());
        if (lastHere && (found.isEmpty() || !found.get(found.size() - 1).equals(value))) {
          starts.add(edge.at());
          found.add(value);
        }
      }
      return new Intervals(starts, found);
    }
  }
}
