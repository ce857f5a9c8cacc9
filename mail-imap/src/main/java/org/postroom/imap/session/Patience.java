package org.postroom.imap.session;

import java.time.Duration;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.ConnectionLost;
import org.postroom.imap.protocol.Refused;
import org.postroom.imap.protocol.Responder;

/**
 * Lets a client know that a long command is still at work, so that it does not give up: ask {@link
 * #tick} between two pieces of work, or {@link #tickWhileHeard} where nothing but the answer comes
 * of them.
 */
public final class Patience {
  private static final long STEP = Duration.ofSeconds(10).toNanos();

  private final Connection connection;
  private final Timers timers;
  private final Responder out;
  private long next;

  Patience(Connection connection, Timers timers, Responder out) {
    this.connection = connection;
    this.timers = timers;
    this.out = out;
    this.next = timers.nanoTime() + STEP;
  }

  /**
   * The same for a command that only looks: it ends when nobody is there to hear what it found, and
   * when the server stops.
   */
  public void tickWhileHeard() {
    if (connection.isClosed()) {
      throw new ConnectionLost("the client has not waited for the answer");
    }
    if (connection.isStopping()) {
      throw new Refused("UNAVAILABLE", "Server shutting down.");
    }
    tick();
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
