package org.postroom.core.quota;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.config.BadValue;

/**
 * How much the mailboxes of one account may hold. Each number is a limit, or {@link #UNLIMITED}, or
 * {@link #UNSAID} where somebody else says it.
 *
 * @param octets of messages as they are kept
 * @param messages how many
 */
public record Quota(long octets, long messages) {
  /** Nothing is said of it. */
  public static final long UNSAID = 0;

  /** There is no limit. */
  public static final long UNLIMITED = -1;

  /** Says nothing. */
  public static final Quota NONE = new Quota(UNSAID, UNSAID);

  /** Whatever there is room for. */
  public static final Quota ENDLESS = new Quota(UNLIMITED, UNLIMITED);

  /** What a rule says of an account, to follow the word "expected". */
  static final String FORM = "a quota such as storage=1G:messages=1000";

  private static final Pattern PART =
      Pattern.compile("(storage|bytes|messages)=([0-9]{1,15})([bBkKmMgGtT]?)");
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})([bBkKmMgGtT]?)");
  private static final String UNITS = "bkmgt";

  public Quota {
    if (octets < UNLIMITED || messages < UNLIMITED) {
      throw new IllegalArgumentException("no quota: " + octets + " octets, " + messages);
    }
  }

  /** A limit of octets alone; {@link #UNSAID} and {@link #UNLIMITED} are what they are. */
  public static Quota ofOctets(long octets) {
    return new Quota(octets, UNSAID);
  }

  /**
   * Reads what {@link #toString} writes and Dovecot's rules say of an account: {@code
   * storage=SIZE}, {@code bytes=NUMBER} and {@code messages=NUMBER}, with colons between them. A
   * size is in KiB where it does not end in B, K, M, G or T; 0 is without limit. {@code unlimited}
   * and {@code default} stand for both.
   *
   * @throws BadValue when it is none
   */
  public static Quota parse(String text) {
    String plain = text.strip();
    if (plain.equalsIgnoreCase("unlimited")) {
      return ENDLESS;
    }
    if (plain.equalsIgnoreCase("default")) {
      return NONE;
    }
    Quota quota = NONE;
    for (String part : plain.split(":", -1)) {
      quota = quota.with(part.strip());
    }
    return quota;
  }

  private Quota with(String part) {
    Matcher matcher = PART.matcher(part);
    if (!matcher.matches()) {
      throw new BadValue(
          "\"" + part + "\" is none of storage=SIZE, bytes=NUMBER and messages=NUMBER");
    }
    String unit = matcher.group(3).toLowerCase(Locale.ROOT);
    if (matcher.group(1).equals("storage")) {
      return new Quota(limit(octets(matcher.group(2), unit.isEmpty() ? "k" : unit)), messages);
    }
    if (!unit.isEmpty()) {
      throw new BadValue("\"" + part + "\": " + matcher.group(1) + " has no unit");
    }
    long number = Long.parseLong(matcher.group(2));
    return matcher.group(1).equals("bytes")
        ? new Quota(limit(number), messages)
        : new Quota(octets, limit(number));
  }

  /** A limit as it is written: 0 is none. */
  static long limit(long written) {
    return written == 0 ? UNLIMITED : written;
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

  /** What this says, and {@code other} where it says nothing. */
  public Quota or(Quota other) {
    return new Quota(
        octets == UNSAID ? other.octets : octets, messages == UNSAID ? other.messages : messages);
  }

  /** As {@link #parse} reads it, and people. */
  @Override
  public String toString() {
    if (equals(ENDLESS)) {
      return "unlimited";
    }
    if (equals(NONE)) {
      return "default";
    }
    String storage = octets == UNSAID ? "" : "storage=" + size(Math.max(octets, 0));
    String count = messages == UNSAID ? "" : "messages=" + Math.max(messages, 0);
    return storage + (storage.isEmpty() || count.isEmpty() ? "" : ":") + count;
  }

  /** In the largest unit that leaves no rest. */
  private static String size(long octets) {
    long rest = octets;
    int unit = 0;
    while (rest > 0 && rest % 1024 == 0 && unit < UNITS.length() - 1) {
      rest /= 1024;
      unit++;
    }
    return rest == 0 ? "0" : rest + UNITS.substring(unit, unit + 1).toUpperCase(Locale.ROOT);
  }
}
