package org.postroom.core.wire;

import org.postroom.core.refusal.WireFault;

/** The peer did not send, or did not read, within the deadline. */
public final class DeadlineExceeded extends WireFault {
  private static final long serialVersionUID = 1L;

  public DeadlineExceeded(String message) {
    super(message);
  }

  public DeadlineExceeded(String message, Throwable cause) {
    super(message, cause);
  }
}
