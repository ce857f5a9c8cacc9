package org.postroom.dist.applet.move;

import java.io.IOException;
import java.util.List;

/**
 * A message in another store.
 *
 * @param uid its number there; 0 where it has none
 * @param flags as IMAP names them; may have some that are none
 * @param date when it came, in milliseconds since 1970
 * @param place what people call it
 * @param size of the octets, where it is known without getting them; else -1
 * @param loader gets its octets
 */
record SourceMessage(
    long uid, List<String> flags, long date, String place, long size, Loader loader) {
  SourceMessage {
    flags = List.copyOf(flags);
  }

  /** One whose size nobody knows yet. */
  SourceMessage(long uid, List<String> flags, long date, String place, Loader loader) {
    this(uid, flags, date, place, -1, loader);
  }

  /** The same as one that has no number. */
  SourceMessage unnumbered() {
    return new SourceMessage(0, flags, date, place, size, loader);
  }

  /** Gets octets, whenever it is asked. */
  interface Loader {
    /**
     * All of them.
     *
     * @throws Trouble when they cannot be had, which will not change by itself
     */
    Body load() throws IOException, Trouble;
  }

  /** Dates are kept in seconds nearly everywhere. */
  long second() {
    return Math.floorDiv(date, 1000L);
  }
}
