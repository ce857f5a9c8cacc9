package org.postroom.dist.applet.edit;

/** A file that cannot be read or changed; it is as it was. The message says why. */
public final class EditRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EditRefused(String message) {
    super(message);
  }
}
