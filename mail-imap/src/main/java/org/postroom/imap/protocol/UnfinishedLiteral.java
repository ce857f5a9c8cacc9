package org.postroom.imap.protocol;

/** Fewer octets were there than announced: nothing can follow, the connection must be closed. */
public final class UnfinishedLiteral extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnfinishedLiteral(String message) {
    super(message);
  }
}
