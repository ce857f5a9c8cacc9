package org.postroom.core.policy;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;

/**
 * The last decisions about recipients, with every rule that was asked, for whoever wonders why a
 * mail was taken or refused. What is older is in the log. Threads share it.
 */
public final class RecentDecisions {
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private final int most;

  /** Keeps the last {@code most}. */
  public RecentDecisions(int most) {
    this.most = most;
  }

  /**
   * One of them.
   *
   * @param session in whose conversation, as the log names it
   * @param generation by which configuration
   */
  public record Entry(Instant at, String session, long generation, Decision decision) {}

  public synchronized void keep(Entry entry) {
    if (entries.size() == most) {
      entries.removeFirst();
    }
    entries.addLast(entry);
  }

  /** Those that are kept, the oldest first. */
  public synchronized List<Entry> all() {
    return List.copyOf(entries);
  }
}
