package org.postroom.smtp.server;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import org.postroom.core.config.Settings;
import org.postroom.core.wire.Connection;
import org.postroom.smtp.protocol.DataReader.Progress;

/**
 * An arrival that must get on, from the moment this is made: its least speed is a deadline that
 * received octets push on.
 */
final class PacedArrival implements org.postroom.core.session.Arrival {
  private final Arrival arrival;
  private final Connection connection;
  private final Clock clock;
  private final Duration limit;
  private final int rate;
  private long budgetMillis;
  private long since;
  private Progress progress = Progress.MORE;

  PacedArrival(Arrival arrival, Connection connection, Clock clock, Settings settings) {
    this.arrival = arrival;
    this.connection = connection;
    this.clock = clock;
    this.limit = settings.get(SmtpParams.TIMEOUT);
    this.rate = settings.get(SmtpParams.MIN_DATA_RATE);
    this.budgetMillis = limit.toMillis();
    this.since = clock.millis();
    connection.deadline(limit);
  }

  @Override
  public boolean takesAtOnce(int octets) {
    return arrival.takesAtOnce(octets);
  }

  @Override
  public boolean take(ByteBuffer octets) {
    int before = octets.remaining();
    progress = arrival.take(octets);
    if (progress == Progress.MORE) {
      received(before - octets.remaining());
    } else {
      connection.deadline(limit);
    }
    return progress == Progress.MORE;
  }

  /** Whether it has come to a line that ends in LF alone, where none may. */
  boolean hasBareLf() {
    return progress == Progress.BARE_LF;
  }

  private void received(int octets) {
    if (rate == 0) {
      connection.deadline(limit);
      return;
    }
    long now = clock.millis();
    long spent = now - since;
    since = now;
    budgetMillis = Math.min(limit.toMillis(), budgetMillis - spent + octets * 1000L / rate);
    connection.deadline(Duration.ofMillis(Math.max(1, budgetMillis)));
  }
}
