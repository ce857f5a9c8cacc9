package org.postroom.core.mail;

import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Dates as header fields have them (RFC 5322, 3.3). */
public final class MailDate {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss xx", Locale.ENGLISH);

  private MailDate() {}

  /** Such as {@code Tue, 24 Nov 2026 15:04:05 +0100}. */
  public static String format(OffsetDateTime time) {
    return FORMAT.format(time);
  }
}
