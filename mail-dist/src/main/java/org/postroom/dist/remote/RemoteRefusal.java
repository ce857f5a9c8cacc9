package org.postroom.dist.remote;

/** A server elsewhere does not do what it was asked; the message says what it answers. */
public final class RemoteRefusal extends Exception {
  private static final long serialVersionUID = 1L;

  /** Says what was refused, and how. */
  public RemoteRefusal(String message) {
    super(message);
  }
}
