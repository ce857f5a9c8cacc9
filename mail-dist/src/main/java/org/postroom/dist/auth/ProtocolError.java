package org.postroom.dist.auth;

/**
 * The server at the other end does not keep to the protocol: its connection ends, as with Dovecot.
 * The message says nothing that it has sent: there may be a password in it.
 */
final class ProtocolError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ProtocolError(String what) {
    super(what);
  }
}
