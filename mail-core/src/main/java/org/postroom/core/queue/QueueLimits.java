package org.postroom.core.queue;

import java.time.Duration;

/**
 * How much the queue manager has under way at once.
 *
 * @param perDestination attempts to one destination at the same time
 * @param initial attempts at the same time to a destination that has not answered yet
 * @param recipients the most recipients of one attempt
 * @param active the most attempts under way in all: what bounds the memory
 * @param rest how long a destination that did not answer is left alone
 * @param lease how long a leased recipient is ours before others may take it
 */
public record QueueLimits(
    int perDestination, int initial, int recipients, int active, Duration rest, Duration lease) {

  public static final QueueLimits DEFAULT =
      new QueueLimits(20, 5, 50, 400, Duration.ofSeconds(60), Duration.ofMinutes(15));
}
