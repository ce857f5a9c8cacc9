package org.postroom.testkit.fault;

import java.util.Optional;

/** Where faults may happen: at one door of the server, or at all that speak a protocol. */
public final class Place {
  private final Rules rules;
  private final Protocol protocol;
  private final Optional<String> door;

  Place(Rules rules, Protocol protocol, Optional<String> door) {
    this.rules = rules;
    this.protocol = protocol;
    this.door = door;
  }

  /**
   * The next time that clients come there.
   *
   * @throws IllegalArgumentException when the protocol has no such command
   */
  public When next(Verb verb) {
    return at(Optional.of(verb), new Times(1, 1));
  }

  /** The how manieth time from now, from 1. */
  public When nth(int time, Verb verb) {
    return at(Optional.of(verb), new Times(time, 1));
  }

  /** Every time. */
  public When every(Verb verb) {
    return at(Optional.of(verb), Times.ALL);
  }

  /** Every command and the greeting; of a whole session where octets are counted. */
  public When every() {
    return at(Optional.empty(), Times.ALL);
  }

  /** Nothing is said of a capability; who uses it all the same is served. */
  public Fault without(String capability) {
    return every().without(capability);
  }

  private When at(Optional<Verb> verb, Times times) {
    return new When(rules, protocol, door, verb, times);
  }
}
