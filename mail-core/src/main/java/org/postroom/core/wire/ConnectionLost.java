package org.postroom.core.wire;

import org.postroom.core.refusal.WireFault;

/** The peer is gone, or the connection was closed on our side. */
public final class ConnectionLost extends WireFault {
  private static final long serialVersionUID = 1L;

  public ConnectionLost(String message) {
    super(message);
  }

  public ConnectionLost(String message, Throwable cause) {
    super(message, cause);
  }
}
