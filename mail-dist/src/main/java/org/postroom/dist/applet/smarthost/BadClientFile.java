package org.postroom.dist.applet.smarthost;

/** A file that says where mail goes cannot be obeyed; the message has file and line. */
public final class BadClientFile extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadClientFile(String message) {
    super(message);
  }
}
