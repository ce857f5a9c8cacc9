package org.postroom.core.mailbox;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * When a message came, with the zone offset it was given in: clients see exactly what APPEND said
 * (RFC 9051, 2.3.3).
 *
 * @param epochMillis milliseconds since 1970 (UTC)
 * @param offsetMinutes minutes east of UTC
 */
public record InternalDate(long epochMillis, int offsetMinutes) {

  public static InternalDate of(OffsetDateTime time) {
    return new InternalDate(
        time.toInstant().toEpochMilli(), time.getOffset().getTotalSeconds() / 60);
  }

  public OffsetDateTime time() {
    return OffsetDateTime.ofInstant(
        Instant.ofEpochMilli(epochMillis), ZoneOffset.ofTotalSeconds(offsetMinutes * 60));
  }
}
