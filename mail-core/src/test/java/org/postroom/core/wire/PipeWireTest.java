package org.postroom.core.wire;

import org.postroom.core.transcript.Peer;

class PipeWireTest extends WireContract {
  private final PipeWire wire = PipeWire.open(strangers, time, workers, lifeline, between);

  @Override
  Wire wire() {
    return wire;
  }

  @Override
  Peer dial(Listener listener) {
    return wire.dial(listener);
  }

  @Override
  long octetsInUse() {
    return wire.octetsInUse();
  }
}
