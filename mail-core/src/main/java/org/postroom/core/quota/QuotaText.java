package org.postroom.core.quota;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.config.BadValue;
import org.postroom.core.people.Quota;

/** Quotas and sizes as administrators write them. */
public final class QuotaText {
  /** What a rule says of an account, to follow the word "expected". */
  static final String FORM = "a quota such as storage=1G:messages=1000";

  private static final Pattern PART =
      Pattern.compile("(storage|bytes|messages)=([0-9]{1,15})([bBkKmMgGtT]?)");
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})([bBkKmMgGtT]?)");
  private static final String UNITS = "bkmgt";

  private QuotaText() {}

  /**
   * Reads what {@link Quota#toString} writes and Dovecot's rules say of an account: {@code
   * storage=SIZE}, {@code bytes=NUMBER} and {@code messages=NUMBER}, with colons between them. A
   * size is in KiB where it does not end in B, K, M, G or T; 0 is without limit. {@code unlimited}
   * and {@code default} stand for both.
   *
   * @throws BadValue when it is none
   */
  public static Quota parse(String text) {
    String plain = text.strip();
    if (plain.equalsIgnoreCase("unlimited")) {
      return Quota.ENDLESS;
    }
    if (plain.equalsIgnoreCase("default")) {
      return Quota.NONE;
    }
    Quota quota = Quota.NONE;
    for (String part : plain.split(":", -1)) {
      quota = with(quota, part.strip());
    }
    return quota;
  }

  private static Quota with(Quota said, String part) {
    Matcher matcher = PART.matcher(part);
    if (!matcher.matches()) {
      throw new BadValue(
          "\"" + part + "\" is none of storage=SIZE, bytes=NUMBER and messages=NUMBER");
    }
    String unit = matcher.group(3).toLowerCase(Locale.ROOT);
    if (matcher.group(1).equals("storage")) {
      return new Quota(
          limit(octets(matcher.group(2), unit.isEmpty() ? "k" : unit)), said.messages());
    }
    if (!unit.isEmpty()) {
      throw new BadValue("\"" + part + "\": " + matcher.group(1) + " has no unit");
    }
    long number = Long.parseLong(matcher.group(2));
    return matcher.group(1).equals("bytes")
        ? new Quota(limit(number), said.messages())
        : new Quota(said.octets(), limit(number));
  }

  /** A limit as it is written: 0 is none. */
  static long limit(long written) {
    return written == 0 ? Quota.UNLIMITED : written;
  }

  /**
   * A number of octets, which may end in B, K, M, G or T (powers of 1024).
   *
   * @throws BadValue when it is none
   */
  public static long octets(String text) {
    Matcher matcher = SIZE.matcher(text.strip());
    if (!matcher.matches()) {
      throw new BadValue("\"" + text + "\" is no number of octets, which may end in K, M, G or T");
    }
    return octets(matcher.group(1), matcher.group(2).toLowerCase(Locale.ROOT));
  }

  static long octets(String number, String unit) {
    long count = Long.parseLong(number);
    int shift = unit.isEmpty() ? 0 : 10 * UNITS.indexOf(unit);
    if (count > Long.MAX_VALUE >> shift) {
      throw new BadValue("\"" + number + unit + "\" is more than there can be");
    }
    return count << shift;
  }
}
