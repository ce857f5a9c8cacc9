package org.postroom.dist.program;

import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.postroom.core.time.Timers;

/**
 * What all transports have in common that run programs.
 *
 * @param programs runs them
 * @param environment that every program has
 * @param zone what the date in a postmark is written in
 */
record Surroundings(
    Programs programs, Environment environment, Timers timers, Clock clock, ZoneId zone) {

  /** Apart: a server that starts has no use for it. */
  private static final class Postmark {
    static final DateTimeFormatter DATE =
        DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ROOT);
  }

  /** The line that begins a mail in an mbox, without its end. */
  String postmark(String sender) {
    return "From " + sender + "  " + Postmark.DATE.format(ZonedDateTime.now(clock.withZone(zone)));
  }

  /** Whether more than {@code limit} has gone by since {@code begun}, as the timers have it. */
  boolean isOver(long begun, Duration limit) {
    return timers.nanoTime() - begun > limit.toNanos();
  }
}
