package org.postroom.dist.applet.postconf;

/** What ends the command without anything done; the message is for who called it. */
final class Fatal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Fatal(String message) {
    super(message);
  }
}
