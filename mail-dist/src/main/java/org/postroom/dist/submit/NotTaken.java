package org.postroom.dist.submit;

/** A mail that was handed in is refused, and nowhere. {@link #refused} says whether it may pass. */
public final class NotTaken extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Submitted.Refused refused;

  NotTaken(Submitted.Refused refused) {
    super(refused.reply().toString());
    this.refused = refused;
  }

  public Submitted.Refused refused() {
    return refused;
  }
}
