package org.postroom.core.quota;

import org.postroom.core.people.Quota;

/**
 * What an account's mailboxes hold of what they may hold. Messages in mailboxes that are ignored do
 * not count.
 *
 * @param limit the one in effect: of each number a limit, or {@link Quota#UNLIMITED}
 * @param octets of the messages there
 * @param messages how many
 */
public record QuotaUse(Quota limit, long octets, long messages) {
  /** What it is called where it has to have a name: every account has this one. */
  public static final String ROOT = "User quota";

  /** Units of 1024 octets, in which protocols and people are told of it: begun ones count. */
  public static long kib(long octets) {
    return octets / 1024 + (octets % 1024 > 0 ? 1 : 0);
  }

  /** Hundredths of the limit that is nearer; 0 without one. */
  public int percent() {
    return (int)
        Math.min(
            Integer.MAX_VALUE,
            Math.max(percent(octets, limit.octets()), percent(messages, limit.messages())));
  }

  private static long percent(long used, long limit) {
    return limit <= 0 ? 0 : (long) (used * 100.0 / limit);
  }
}
