package org.postroom.storage.sql;

import org.h2.jdbcx.JdbcDataSource;

/** What every H2 database of ours is opened with. */
final class H2 {
  private static final String SETTINGS =
      ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_ON_EXIT=FALSE"
          + ";LOCK_TIMEOUT=20000;QUERY_CACHE_SIZE=64";

  private H2() {}

  /** A source of connections to an H2 database with the settings that every store has. */
  static JdbcDataSource source(String url) {
    JdbcDataSource source = new JdbcDataSource();
    source.setURL(url + SETTINGS);
    source.setUser("sa");
    source.setPassword("");
    return source;
  }
}
