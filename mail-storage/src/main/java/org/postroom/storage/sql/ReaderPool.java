package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A few connections to one instance of a database, for reading. Threads share it. */
interface ReaderPool extends AutoCloseable {

  /**
   * One that nobody else has; waits for it, but not for long.
   *
   * @throws java.sql.SQLTransientConnectionException when none was to be had in that time
   */
  Connection take() throws SQLException;

  /**
   * Gives one back.
   *
   * @param failure of what was done with it: such a one is not used again
   */
  void giveBack(Connection connection, @Nullable Throwable failure) throws SQLException;

  boolean isClosed();

  /** Gives nothing any more; those that are in use are closed when they come back. */
  @Override
  void close();
}
