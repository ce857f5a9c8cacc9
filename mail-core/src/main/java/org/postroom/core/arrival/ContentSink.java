package org.postroom.core.arrival;

import java.nio.ByteBuffer;
import org.postroom.core.refusal.StorageFull;

/**
 * Takes content while it arrives. Bare LFs must have been dealt with before: what is written here
 * is kept byte for byte. Closing without {@link #finish} forgets everything.
 */
public interface ContentSink extends AutoCloseable {

  /** Takes what remains in {@code octets}. */
  void write(ByteBuffer octets);

  /** Takes octets. */
  void write(byte[] octets, int offset, int length);

  /**
   * Whether {@code octets} more will be taken without waiting for a disk, as far as is known now.
   */
  boolean takesAtOnce(int octets);

  /**
   * Who writes here holds back so many octets before it writes them, instead of as many as it said
   * before: they are counted with what lies here.
   *
   * @throws StorageFull when all that arrives takes too much; the client may try again
   */
  void holdsBack(int octets);

  /** How many octets were taken so far. */
  long size();

  /** No more will come. */
  StagedContent finish();

  @Override
  void close();
}
