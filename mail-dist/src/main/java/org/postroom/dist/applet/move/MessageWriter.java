package org.postroom.dist.applet.move;

import java.io.IOException;

/** A message on its way into a file. */
interface MessageWriter extends AutoCloseable {

  void write(byte[] octets) throws IOException;

  /**
   * It is whole, and is put in its place.
   *
   * @return false where it has to be written once more, as it is
   */
  boolean finish() throws IOException;

  /** It will not be whole. */
  void discard() throws IOException;

  @Override
  void close() throws IOException;
}
