package org.postroom.core.wire;

/** An answer that is longer than a peer takes at once. */
final class Flood {
  private final Connection connection;
  private final String end;
  private int left;

  Flood(Connection connection, int length, String end) {
    this.connection = connection;
    this.left = length;
    this.end = end;
  }

  /** Says it, as far as the peer reads; the turn ends with this. */
  void say() {
    Output out = connection.out();
    while (left > 0) {
      if (!out.hasRoom()) {
        connection.whenRead(this::say);
        return;
      }
      int step = Math.min(left, 10_000);
      out.ascii("z".repeat(step));
      left -= step;
    }
    out.ascii(end);
  }
}
