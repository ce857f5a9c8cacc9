/** See the package {@code org.postroom.storage}. */
module org.postroom.storage {
  exports org.postroom.storage;
  exports org.postroom.storage.store to
      org.postroom.dist;

  requires com.h2database;
  requires com.zaxxer.hikari;
  requires flyway.core;
  requires java.naming;
  requires transitive java.sql;
  requires transitive org.postroom.core;
  requires static org.postgresql.jdbc;
  requires org.slf4j;
  requires static org.checkerframework.checker.qual;
  requires static org.jspecify;
}
