package org.postroom.core.arrival;

/**
 * Where content lies while it arrives: in memory up to a limit for each mail and for all together,
 * beyond that in an unsynced file (nothing has been promised for it yet).
 */
public interface Staging {

  /**
   * Begins to take one content.
   *
   * @param expected how many octets the client announced, or 0; a hint only
   */
  ContentSink open(long expected);
}
