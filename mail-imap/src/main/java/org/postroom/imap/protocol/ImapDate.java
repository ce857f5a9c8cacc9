package org.postroom.imap.protocol;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import org.postroom.core.mailbox.InternalDate;

/** Dates as IMAP writes them: {@code 1-Feb-2024} and {@code "01-Feb-2024 09:05:00 +0100"}. */
final class ImapDate {
  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

  private ImapDate() {}

  static LocalDate date(String text) {
    String[] parts = text.strip().split("-", -1);
    if (parts.length != 3
        || parts[0].isEmpty()
        || parts[0].length() > 2
        || parts[2].length() != 4) {
      throw new BadCommand("Invalid date");
    }
    try {
      return LocalDate.of(digits(parts[2]), month(parts[1]), digits(parts[0]));
    } catch (DateTimeException e) {
      throw new BadCommand("Invalid date");
    }
  }

  static InternalDate dateTime(String text) {
    String t = text.strip();
    int space = t.indexOf(' ');
    int zone = t.indexOf(' ', space + 1);
    if (space < 0 || zone != space + 9 || t.length() != zone + 6) {
      throw new BadCommand("Invalid date-time");
    }
    LocalDate day = date(t.substring(0, space));
    char sign = t.charAt(zone + 1);
    if (t.charAt(space + 3) != ':' || t.charAt(space + 6) != ':' || sign != '+' && sign != '-') {
      throw new BadCommand("Invalid date-time");
    }
    int offset = digits(t.substring(zone + 2, zone + 4)) * 60 + digits(t.substring(zone + 4));
    try {
      LocalDateTime time =
          day.atTime(
              digits(t.substring(space + 1, space + 3)),
              digits(t.substring(space + 4, space + 6)),
              Math.min(59, digits(t.substring(space + 7, space + 9))));
      return InternalDate.of(
          OffsetDateTime.of(
              time, ZoneOffset.ofTotalSeconds((sign == '-' ? -offset : offset) * 60)));
    } catch (DateTimeException e) {
      throw new BadCommand("Invalid date-time");
    }
  }

  private static int month(String name) {
    int at =
        name.length() == 3
            ? MONTHS.toLowerCase(Locale.ROOT).indexOf(name.toLowerCase(Locale.ROOT))
            : -1;
    if (at < 0 || at % 3 != 0) {
      throw new BadCommand("Invalid month");
    }
    return at / 3 + 1;
  }

  private static int digits(String text) {
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        throw new BadCommand("Invalid date");
      }
      value = value * 10 + (c - '0');
    }
    return value;
  }

  /** Writes {@code "dd-Mon-yyyy hh:mm:ss +zzzz"} with its quotes. */
  static void write(InternalDate date, ImapWriter out) {
    long local = Math.floorDiv(date.epochMillis(), 1000L) + date.offsetMinutes() * 60L;
    long day = Math.floorDiv(local, 86_400L);
    int second = (int) Math.floorMod(local, 86_400L);
    // Civil date from a day number; the proleptic Gregorian calendar in eras of 400 years.
    long z = day + 719_468;
    long era = Math.floorDiv(z, 146_097L);
    int doe = (int) (z - era * 146_097);
    int yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    int month = mp < 10 ? mp + 3 : mp - 9;
    int year = (int) (yoe + era * 400 + (month <= 2 ? 1 : 0));
    out.octet('"');
    two(doy - (153 * mp + 2) / 5 + 1, out);
    out.octet('-').ascii(MONTHS, month * 3 - 3, month * 3).octet('-');
    two(year / 100, out);
    two(year % 100, out);
    out.octet(' ');
    two(second / 3600, out);
    out.octet(':');
    two(second / 60 % 60, out);
    out.octet(':');
    two(second % 60, out);
    int offset = Math.abs(date.offsetMinutes());
    out.octet(' ').octet(date.offsetMinutes() < 0 ? '-' : '+');
    two(offset / 60, out);
    two(offset % 60, out);
    out.octet('"');
  }

  private static void two(int value, ImapWriter out) {
    out.octet('0' + value / 10 % 10).octet('0' + value % 10);
  }
}
