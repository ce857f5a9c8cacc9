package org.postroom.core.arrival;

import java.time.OffsetDateTime;

/** Dates as header fields have them (RFC 5322, 3.3). */
public final class MailDate {
  private static final String DAYS = "MonTueWedThuFriSatSun";
  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

  private MailDate() {}

  /** Such as {@code Tue, 24 Nov 2026 15:04:05 +0100}. */
  public static String format(OffsetDateTime time) {
    StringBuilder text = new StringBuilder(31);
    name(text, DAYS, time.getDayOfWeek().getValue()).append(", ");
    text.append(time.getDayOfMonth()).append(' ');
    name(text, MONTHS, time.getMonthValue()).append(' ');
    append(text, time.getYear() / 100);
    append(text, time.getYear() % 100);
    append(text.append(' '), time.getHour());
    append(text.append(':'), time.getMinute());
    append(text.append(':'), time.getSecond());
    int minutes = time.getOffset().getTotalSeconds() / 60;
    append(text.append(minutes < 0 ? " -" : " +"), Math.abs(minutes) / 60);
    append(text, Math.abs(minutes) % 60);
    return text.toString();
  }

  private static StringBuilder name(StringBuilder text, String names, int number) {
    return text.append(names, 3 * number - 3, 3 * number);
  }

  private static void append(StringBuilder text, int number) {
    text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }
}
