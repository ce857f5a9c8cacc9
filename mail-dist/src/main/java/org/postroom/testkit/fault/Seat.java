package org.postroom.testkit.fault;

import java.util.SplittableRandom;

/** Which session it is. What is left to chance goes by the seed and its number alone. */
final class Seat {
  final Protocol protocol;
  final String session;
  private final String door;
  private final int number;
  private final SplittableRandom random;

  /**
   * One.
   *
   * @param session as log lines have it
   * @param number among those of the protocol
   */
  Seat(Protocol protocol, String door, String session, int number, long seed) {
    this.protocol = protocol;
    this.door = door;
    this.session = session;
    this.number = number;
    this.random = new SplittableRandom(seed * 31 * 31 + protocol.name().hashCode() * 31L + number);
  }

  boolean isAt(Occasion.Said said) {
    return said.protocol() == protocol
        && said.door().map(door::equals).orElse(true)
        && (said.session().isEmpty() || said.session().getAsInt() == number);
  }

  boolean isDrawn(double chance) {
    return chance >= 1 || random.nextDouble() < chance;
  }

  /** For one answer. */
  SplittableRandom random() {
    return random.split();
  }
}
