package org.postroom.core.srs;

/** An address looks like one that mail was forwarded as, and is none: it leads nowhere. */
public final class NotOurs extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotOurs(String why) {
    super(why, null, false, false);
  }

  /** In a word or two. */
  public String why() {
    return String.valueOf(getMessage());
  }
}
