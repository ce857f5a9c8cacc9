package org.postroom.storage.sql;

import java.sql.SQLException;
import org.postroom.core.mail.Content;

/**
 * Keeps bodies. Writing is the committer's alone; reading is everybody's, at any time.
 *
 * <p>A body that was put is durable after the next {@link #sync} (or, for bodies in the database,
 * the commit); one that no row names after a crash is garbage, and harmless.
 */
interface BlobStore extends AutoCloseable {

  /** Whether bodies of so many octets are written before the unit of work: see {@link #place}. */
  default boolean placesBeforehand(long octets) {
    return false;
  }

  /**
   * Takes a body, on the thread that brings it, before the unit of work that puts it: what can be
   * written beforehand holds nobody else up.
   *
   * @param described how long the description may become
   */
  default PlacedBody place(Content body, int described) {
    return PlacedBody.unwritten(body);
  }

  /**
   * Writes a body, as far as it is not.
   *
   * @param statements of the running transaction
   * @param id the message's id
   * @param description what {@code rebuild} must know to make the rows again
   */
  BlobRef put(Journaled statements, long id, byte[] description, PlacedBody body)
      throws SQLException;

  /** The statements that go with the bodies have succeeded, and the commit is next. */
  default void completed() {}

  /** The transaction is rolled back. */
  default void abandoned() {}

  /** Forces everything to the disk that was put so far. */
  void sync();

  /** The body at {@code ref}; octets are read when they are asked for. */
  Content open(BlobRef ref);

  /** The body is needed no more: for stores that say so within the transaction. */
  default void free(Journaled statements, BlobRef ref) throws SQLException {}

  /** The body is needed no more, and the transaction that says so is durable. */
  default void freed(BlobRef ref) {}

  @Override
  void close();
}
