package org.postroom.core;

import java.util.Set;
import org.postroom.core.testing.HouseRules;

/** The rules of the house in mail-core. */
final class ArchitectureTest extends HouseRules {
  ArchitectureTest() {
    super("core");
  }

  /** A connection and what it is made of tell each other of each octet; the wire keeps them all. */
  @Override
  protected Set<String> areInCircles() {
    return Set.of(
        "core.wire.Agenda",
        "core.wire.Handshake",
        "core.wire.Link",
        "core.wire.NettyConnection",
        "core.wire.NettyOutput",
        "core.wire.NettyWire",
        "core.wire.Patience",
        "core.wire.Receiver",
        "core.wire.StrangerCharge",
        "core.wire.Turns",
        "core.wire.Unsent");
  }
}
