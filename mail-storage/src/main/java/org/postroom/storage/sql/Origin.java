package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Where connections come from, and what else there is to know about the place. */
interface Origin extends AutoCloseable {
  /** Makes connections to the instance that is open. */
  DataSource source();

  /**
   * Connections to that instance for readers.
   *
   * @param name for threads that look after them
   * @param most at once
   * @param patience how long one is waited for
   * @param heed hears what has failed on one
   */
  default ReaderPool readers(
      String name, int most, Duration patience, Consumer<SQLException> heed) {
    return new PooledReaders(name, source(), most, patience, heed);
  }

  /** Prepares the committer's connection: locks that keep other servers out. */
  default void adopt(Connection writer) throws SQLException {}

  /** Undoes that, before the connection is closed: it may go back to a pool and live on. */
  default void release(Connection writer) throws SQLException {}

  /** Where the writer's statements note what they change; null for nowhere. */
  default @Nullable Changes changes() {
    return null;
  }

  /** Brings the database to what was committed, where it can be behind. Before anybody uses it. */
  default void catchUp() throws SQLException {}

  /**
   * Commits the writer's transaction.
   *
   * @param durable whether it must be safe when this returns
   * @throws SQLException and whatever else when it may be there or not
   */
  default void commit(Statements writer, boolean durable) throws SQLException {
    writer.connection().commit();
  }

  /**
   * The same, if {@code epoch} is still the last one.
   *
   * @throws PlaceLost when it is not: nothing of the transaction is there
   */
  default void commit(Statements writer, Epoch epoch, boolean durable) throws SQLException {
    epoch.check(writer);
    commit(writer, durable);
  }

  /**
   * How long a unit of work that nobody waits for may wait for one that somebody waits for, to be
   * made durable with it. None where that costs nothing.
   */
  default Duration patience() {
    return Duration.ofMillis(5);
  }

  /** Makes what was committed durable, where the commit does not. */
  default void sync(Connection writer) throws SQLException {}

  /** There is nothing to do just now: time for what was put off. */
  default void rest(Connection writer) throws SQLException {}

  /** Gives room back inside the database's file, where the database does not do so itself. */
  default void tidy(Connection writer) throws SQLException {}

  /** Whether a batch with bodies of so many octets may begin. */
  default boolean hasRoomFor(long octets) {
    return true;
  }

  /** Whether a fault means that the instance must not be used any more, by anybody. */
  default boolean isBrokenBy(Throwable fault) {
    return false;
  }

  /** Has nothing more written by the instance, from any thread; waits for nothing. */
  default void fence(Throwable why) {}

  /** Ends a broken instance: nothing that is not durable yet becomes so. */
  default void discard() {}

  /** Whether {@link #reopen} can make a new instance in the place of a discarded one. */
  default boolean canReopen() {
    return false;
  }

  /**
   * Opens an instance in the place of the one that was discarded.
   *
   * @param opening its number, with which its faults are told
   */
  default void reopen(long opening) throws SQLException {}

  @Override
  void close();
}
