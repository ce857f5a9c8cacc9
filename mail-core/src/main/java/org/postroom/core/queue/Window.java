package org.postroom.core.queue;

/**
 * How many attempts a destination may have at the same time, by what the last ones came to: the
 * arithmetic of Postfix's queue manager. Answers open it, failures to get there close it, each by
 * its {@link Feedback}; it moves when a whole attempt has come together, and what has come together
 * in one direction is forgotten when it moves in the other. When about as many attempts as it is
 * wide have failed, so often as {@link DestinationLimits#cohorts} says, with no answer between
 * them, the destination is dead.
 *
 * <p>Not thread-safe.
 */
final class Window {
  /** Parts of one that do not quite come to it, in binary. */
  private static final double ROUNDING = 1e-9;

  private int size;
  private double opening;
  private double closing;
  private double cohorts;

  Window(int size) {
    this.size = size;
  }

  /** At least 1. */
  int size() {
    return size;
  }

  /**
   * An attempt had an answer, well or not.
   *
   * @param inUse attempts under way, this one among them: a window that nobody fills opens no more
   */
  void answered(int inUse, DestinationLimits limits) {
    cohorts = 0;
    if (size < limits.concurrency() && size < inUse + limits.initial()) {
      opening += limits.positive().at(size);
      while (opening >= 1 - ROUNDING) {
        size++;
        opening--;
        closing = 0;
      }
    }
    size = Math.min(size, limits.concurrency());
  }

  /**
   * An attempt did not get there.
   *
   * @return whether the destination is dead by that
   */
  boolean failed(DestinationLimits limits) {
    cohorts += 1.0 / size;
    if (limits.isDead(cohorts + ROUNDING)) {
      return true;
    }
    closing -= limits.negative().at(size);
    while (closing < -ROUNDING) {
      size = Math.max(1, size - 1);
      closing++;
      opening = 0;
    }
    return false;
  }

  /** The destination is dead: one attempt at a time. */
  void close() {
    size = 1;
    opening = 0;
    closing = 0;
    cohorts = 0;
  }

  /** A dead destination has answered, with that many attempts under way. */
  void reopen(int inUse, DestinationLimits limits) {
    close();
    size = Math.min(limits.concurrency(), Math.max(inUse, limits.initial()));
  }
}
