package org.postroom.core.arrival;

import org.postroom.core.mail.Content;
import org.postroom.core.mime.MessageStructure;

/**
 * Content that has arrived whole and is not yet anybody's: its octets, and its structure, scanned
 * while it arrived. Closing gives back the memory and the staging file.
 */
public interface StagedContent extends Content, AutoCloseable {

  /** The structure of the octets. */
  MessageStructure structure();

  @Override
  void close();
}
