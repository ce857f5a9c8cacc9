package org.postroom.dist.maildrop;

/** What lies in the maildrop is no mail that somebody has left there; the message says why. */
public final class BrokenMail extends Exception {
  private static final long serialVersionUID = 1L;

  public BrokenMail(String reason) {
    super(reason);
  }
}
