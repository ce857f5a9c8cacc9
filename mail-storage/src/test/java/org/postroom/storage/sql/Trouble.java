package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.storage.blob.DataFolder;

/** What happens to a store in tests, and the wait until it is over. */
final class Trouble {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** H2's: the database is closed, which was wanted; or its file is not ours any more. */
  private static final Set<Integer> CLOSED = Set.of(90098, 90121, 90028);

  private Trouble() {}

  /** A connection of our own to the database of a folder that is open. */
  static Connection beside(DataFolder folder) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:h2:" + folder.databasePath() + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE", "sa", "");
  }

  /** H2 is gone, as it is after an error of its own: without saving anything. */
  static void closeDatabase(DataFolder folder) {
    try (Connection connection = beside(folder);
        Statement run = connection.createStatement()) {
      run.execute("SHUTDOWN IMMEDIATELY");
    } catch (SQLException e) {
      assertThat(e.getErrorCode()).isIn(CLOSED);
    }
  }

  /** Whatever the store says to an action meanwhile, it is that it may be tried again. */
  static void untilSuccess(Runnable action) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        action.run();
        return;
      } catch (StorageUnavailable e) {
        assertThat(System.nanoTime()).as("it never worked again: %s", e).isLessThan(end);
      }
    }
  }
}
