package org.postroom.core.address;

/** A text is no address, domain or network. The message says why; a retry cannot help. */
public final class MalformedAddress extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  public MalformedAddress(String message) {
    super(message);
  }
}
