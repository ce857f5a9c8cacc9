package org.postroom.storage.sql;

import java.sql.SQLException;

/**
 * All that a unit of work has of the database: statements whose changes the journal repeats after a
 * crash. The connection below is the committer's, and nobody else's.
 */
interface Journaled {

  /** The statement, ready for new parameters; stays open. */
  Prepared of(String sql) throws SQLException;

  /** Runs a statement whose parameters are all numbers; returns how many rows it changed. */
  int update(String sql, long... parameters) throws SQLException;
}
