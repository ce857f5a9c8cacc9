package org.postroom.dist.applet.postmap;

/** What ends the command; the message is for who called it. */
final class Fatal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Fatal(String message) {
    super(message);
  }
}
