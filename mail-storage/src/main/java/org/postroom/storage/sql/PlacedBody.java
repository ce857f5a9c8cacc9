package org.postroom.storage.sql;

import org.jspecify.annotations.Nullable;
import org.postroom.core.mail.Content;
import org.postroom.storage.blob.BlobLog;
import org.postroom.storage.blob.Reservation;

/**
 * A body that is about to be put. A long one lies in its place already, written by whoever brings
 * it: the unit of work says only what it is. When that has not happened by the time this is closed,
 * its place is given up.
 */
final class PlacedBody implements AutoCloseable {
  private final Content content;
  private final @Nullable Place place;
  private volatile boolean used;
  private volatile @Nullable BlobRef ref;

  private record Place(BlobLog log, Reservation at, int capacity) {}

  private PlacedBody(Content content, @Nullable Place place) {
    this.content = content;
    this.place = place;
  }

  /** One that the unit of work writes. */
  static PlacedBody unwritten(Content content) {
    return new PlacedBody(content, null);
  }

  /** One that is durable in a log. */
  static PlacedBody written(Content content, BlobLog log, int capacity) {
    Reservation at = log.reserve(content.size(), capacity);
    PlacedBody placed = new PlacedBody(content, new Place(log, at, capacity));
    boolean written = false;
    try {
      at.writeDurably(content);
      written = true;
      return placed;
    } finally {
      if (!written) {
        placed.close();
      }
    }
  }

  Content content() {
    return content;
  }

  /** Octets that the unit of work has to write; never 0. */
  long unwritten() {
    return place == null ? Math.max(1, content.size()) : 1;
  }

  /**
   * Its place.
   *
   * @param log where it is wanted: one that was opened again does not have it
   * @param described octets of the description
   */
  @Nullable Reservation in(BlobLog log, int described) {
    Place known = place;
    return known == null || used || known.log != log || known.capacity < described
        ? null
        : known.at;
  }

  /** Octets that are reserved for the description. */
  int capacity() {
    return place == null ? 0 : place.capacity;
  }

  /** Its unit of work begins, perhaps anew. */
  void begin() {
    ref = null;
  }

  /** The unit of work has put it there. */
  void put(BlobRef at) {
    ref = at;
  }

  /** Where it is, once its unit of work is durable; null when nobody needed it. */
  @Nullable BlobRef ref() {
    return ref;
  }

  /** The record is completed: it is somebody's. */
  void used() {
    used = true;
  }

  @Override
  public void close() {
    if (place != null && !used) {
      place.log.free(place.at.location(), place.capacity);
    }
  }
}
