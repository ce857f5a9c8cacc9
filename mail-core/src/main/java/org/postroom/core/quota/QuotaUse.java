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
