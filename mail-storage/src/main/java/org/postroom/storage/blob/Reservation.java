package org.postroom.storage.blob;

import org.postroom.core.mail.Content;

/**
 * A place in the blob log for one record. In this order: {@link #write} the body, run the SQL with
 * {@link #location()}, {@link #describe} the record, commit the SQL, sync. A reservation that is
 * never described costs its space in the segment and nothing else. For one thread at a time.
 */
public interface Reservation {

  /** Where the body will be; known at once. */
  BlobLocation location();

  /**
   * Writes the body, streamed when it is long.
   *
   * @throws org.postroom.core.refusal.StorageFull when the disk has no room
   * @throws org.postroom.core.refusal.StorageUnavailable when the store failed
   * @throws IllegalArgumentException when the content does not have the reserved length
   */
  void write(Content body);

  /**
   * The same for a {@linkplain BlobLog#isLong long} body, which is durable when this returns: the
   * commit that names it need not wait for it.
   */
  void writeDurably(Content body);

  /**
   * Completes the record: it is durable with the next sync, or not there at all after a crash.
   *
   * @param description at most the reserved capacity
   */
  void describe(byte[] description);
}
