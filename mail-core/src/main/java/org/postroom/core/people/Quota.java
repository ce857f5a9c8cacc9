package org.postroom.core.people;

import java.util.Locale;

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

  /** What this says, and {@code other} where it says nothing. */
  public Quota or(Quota other) {
    return new Quota(
        octets == UNSAID ? other.octets : octets, messages == UNSAID ? other.messages : messages);
  }

  /** For people, and for who reads it again: {@code storage=1G:messages=1000}. */
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
