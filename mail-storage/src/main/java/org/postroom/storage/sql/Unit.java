package org.postroom.storage.sql;

import java.sql.SQLException;

/**
 * A unit of work: what one caller wants changed, whole or not at all. It is run by the committer,
 * possibly again when the batch around it failed. It works on the batch's states and stages its
 * statements; a {@code RuntimeException} undoes it alone.
 */
interface Unit<T> {
  T run(Batch batch) throws SQLException;
}
