package org.postroom.imap.session;

import java.time.Duration;
import org.postroom.core.time.Timers;
import org.postroom.imap.protocol.Responder;

/**
 * Lets a client know that a long command is still at work, so that it does not give up: ask {@link
 * #tick} between two pieces of work.
 */
public final class Patience {
  private static final long STEP = Duration.ofSeconds(10).toNanos();

  private final Timers timers;
  private final Responder out;
  private long next;

  Patience(Timers timers, Responder out) {
    this.timers = timers;
    this.out = out;
    this.next = timers.nanoTime() + STEP;
  }

  /** Says something when nothing was said for long. */
  public void tick() {
    long now = timers.nanoTime();
    if (now - next >= 0) {
      next = now + STEP;
      out.ok("", "Hang in there..");
      out.writer().flush();
    }
  }
}
