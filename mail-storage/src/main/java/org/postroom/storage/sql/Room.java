package org.postroom.storage.sql;

import org.postroom.core.refusal.StorageFull;
import org.postroom.storage.blob.DataFolder;

/**
 * Knows whether there is room on the disk. Asking the system is slow, so after there was plenty it
 * is asked again only when a part of that was written, or a second has passed. From any thread.
 */
final class Room {
  private static final long PLENTY = 64L << 20;
  private static final long RECENT_NANOS = 1_000_000_000L;

  private long plenty;
  private long asked;

  /** Whether there is much more than enough. */
  synchronized boolean isPlenty(DataFolder folder, long minFree, long octets) {
    return enough(folder, minFree, octets) && plenty > 0;
  }

  synchronized boolean enough(DataFolder folder, long minFree, long octets) {
    // What is written counts several times: journal, segment, the database's copies of pages.
    long needed = 3 * octets;
    if (needed < plenty && System.nanoTime() - asked < RECENT_NANOS) {
      plenty -= needed;
      return true;
    }
    plenty = 0;
    try {
      folder.requireFree(minFree + needed);
    } catch (StorageFull e) {
      return false;
    }
    try {
      folder.requireFree(minFree + needed + PLENTY);
      plenty = PLENTY;
      asked = System.nanoTime();
    } catch (StorageFull e) {
      // Enough for this time; the next one asks again.
      return true;
    }
    return true;
  }
}
