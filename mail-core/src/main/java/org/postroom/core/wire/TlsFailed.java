package org.postroom.core.wire;

import org.postroom.core.refusal.WireFault;

/** The TLS handshake found no agreement. */
public final class TlsFailed extends WireFault {
  private static final long serialVersionUID = 1L;

  public TlsFailed(String message) {
    super(message);
  }

  public TlsFailed(String message, Throwable cause) {
    super(message, cause);
  }
}
