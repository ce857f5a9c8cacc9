package org.postroom.core.table;

import org.postroom.core.refusal.LookupUnavailable;

/**
 * What all look-ups for one mail may take together, in steps of expressions: one look at a sign.
 * For who asks about each line of a stranger's mail, where the bounds of one look-up do not bound
 * the whole. One thread at a time.
 */
public final class Effort {
  private long left;

  private Effort(long steps) {
    this.left = steps;
  }

  /** So many steps. */
  public static Effort of(long steps) {
    return new Effort(steps);
  }

  /** How many are left. */
  public long left() {
    return left;
  }

  /**
   * So many were taken.
   *
   * @throws LookupUnavailable when no more are left
   */
  public void take(long steps) {
    left -= steps;
    if (left < 0) {
      throw new LookupUnavailable("looking into this mail takes too long");
    }
  }
}
