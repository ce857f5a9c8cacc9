package org.postroom.core.refusal;

import org.jspecify.annotations.Nullable;

/** Something the network did not give: a port that is taken, a peer that does not answer. */
public class WireFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public WireFault(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  public WireFault(String message) {
    super(message);
  }
}
