package org.postroom.storage.sql;

import java.sql.SQLException;
import java.util.Set;
import org.h2.api.ErrorCode;
import org.h2.engine.Constants;
import org.h2.jdbcx.JdbcDataSource;
import org.postroom.storage.StorageFault;

/** What every H2 database of ours is opened with, and what its faults mean. */
final class H2 {
  /** The only version that is used; docs/decisions/0004 has the reason. */
  static final String VERSION = "2.4.240";

  private static final String SETTINGS =
      ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_ON_EXIT=FALSE"
          + ";LOCK_TIMEOUT=20000;QUERY_CACHE_SIZE=64";

  /** After one of these the instance is not to be used any more, nor another on its files. */
  private static final Set<Integer> DEADLY =
      Set.of(
          ErrorCode.GENERAL_ERROR_1, // 50000, also for an Error and a panic of its store
          ErrorCode.OUT_OF_MEMORY, // 90108, after which it closes itself
          ErrorCode.DATABASE_IS_CLOSED, // 90098
          ErrorCode.DATABASE_CALLED_AT_SHUTDOWN, // 90121
          ErrorCode.CONNECTION_BROKEN_1, // 90067
          ErrorCode.DATABASE_ALREADY_OPEN_1, // 90020
          ErrorCode.IO_EXCEPTION_1, // 90028
          ErrorCode.IO_EXCEPTION_2, // 90031
          ErrorCode.FILE_CORRUPTED_1, // 90030
          ErrorCode.FILE_VERSION_ERROR_1); // 90048

  /** After one of these the file itself is bad. */
  private static final Set<Integer> CORRUPT =
      Set.of(ErrorCode.FILE_CORRUPTED_1, ErrorCode.FILE_VERSION_ERROR_1);

  private H2() {}

  /**
   * The version that is there. Only the class that was loaded knows: what the compiler saw may have
   * been another.
   */
  static String version() {
    try {
      return String.valueOf(Constants.class.getField("VERSION").get(null));
    } catch (ReflectiveOperationException e) {
      return "unknown";
    }
  }

  /**
   * Refuses other versions, before they touch a file.
   *
   * @param found {@link #version}
   * @throws StorageFault for another than {@link #VERSION}
   */
  static void require(String found) {
    if (!found.equals(VERSION)) {
      throw StorageFault.lasting(
          "H2 "
              + found
              + " is on the class path, and the store works with H2 "
              + VERSION
              + " only: 2.5 has lost what was committed, others are not proved. Put com.h2database:h2:"
              + VERSION
              + " there, alone.",
          null);
    }
  }

  /** A source of connections to an H2 database with the settings that every store has. */
  static JdbcDataSource source(String url) {
    JdbcDataSource source = new JdbcDataSource();
    source.setURL(url + SETTINGS);
    source.setUser("sa");
    source.setPassword("");
    return source;
  }

  /** Whether an instance that said this, or let it through, cannot be used any more. */
  static boolean isDeadAfter(Throwable fault) {
    return StoreHealth.errorIn(fault) != null || says(fault, DEADLY);
  }

  /** Whether the file of the database is bad. */
  static boolean isCorrupt(Throwable fault) {
    return says(fault, CORRUPT);
  }

  private static boolean says(Throwable fault, Set<Integer> codes) {
    Throwable at = fault;
    for (int depth = 0; at != null && depth < 20; depth++) {
      if (at instanceof SQLException sql && codes.contains(sql.getErrorCode())) {
        return true;
      }
      at = at.getCause();
    }
    return false;
  }
}
