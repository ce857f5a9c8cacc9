package org.postroom.core.auth;

import java.util.Optional;

/**
 * One client's way through a mechanism (RFC 4422). Not shared between threads. Over after the first
 * step that is no challenge.
 */
public interface SaslExchange {

  /**
   * Begins.
   *
   * @param initial the initial response, when the command had one; an empty one is not none
   */
  SaslStep begin(Optional<byte[]> initial);

  /** Takes the client's answer to the last challenge. */
  SaslStep step(byte[] response);
}
