package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Where connections come from, and what else there is to know about the place. */
interface Origin extends AutoCloseable {
  DataSource source();

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
   */
  default void commit(Statements writer, boolean durable) throws SQLException {
    writer.connection().commit();
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

  /** Whether connections alone cannot help, and everything below must be opened again. */
  default boolean failed() {
    return false;
  }

  /** Closes and opens again what failed. */
  default void reopen() {}

  @Override
  void close();
}
