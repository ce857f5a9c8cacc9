package org.postroom.storage;

import java.nio.file.Path;
import java.util.Optional;
import javax.sql.DataSource;
import org.postroom.storage.store.SqlStorage;

/**
 * Where a store is. Says only where: {@link SqlStorage#open} opens it.
 *
 * <pre>{@code
 * Storage.h2(Path.of("data"))                    // one folder, nothing else needed
 * Storage.inMemory()                             // gone when closed: for tests
 * Storage.postgres("jdbc:postgresql://db/mail", "mail", "secret")
 * }</pre>
 */
public sealed interface Storage {

  /** H2 and the blob log in {@code folder}, which is made when it is missing. */
  static Storage h2(Path folder) {
    return new H2(folder);
  }

  /** Everything in memory. */
  static Storage inMemory() {
    return new InMemory();
  }

  /** PostgreSQL, bodies in the database too. One server at a time may use the database. */
  static Postgres postgres(String url, String user, String password) {
    return new Postgres(url, user, password, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * PostgreSQL by connections of the application; they must come with auto-commit on, and are not
   * closed when the store is.
   */
  static Postgres postgres(DataSource source) {
    return new Postgres("", "", "", Optional.of(source), Optional.empty(), Optional.empty());
  }

  /** See {@link Storage#h2}. */
  record H2(Path folder) implements Storage {}

  /** See {@link Storage#inMemory}. */
  record InMemory() implements Storage {}

  /**
   * See {@link Storage#postgres}.
   *
   * @param bodies the folder of the blob log; when empty, bodies are kept in the database
   * @param schema where the tables are; when empty, where connections say
   */
  record Postgres(
      String url,
      String user,
      String password,
      Optional<DataSource> source,
      Optional<Path> bodies,
      Optional<String> schema)
      implements Storage {

    /** The same with bodies in a blob log in {@code folder}: faster, but on this machine only. */
    public Postgres withBodiesIn(Path folder) {
      return new Postgres(url, user, password, source, Optional.of(folder), schema);
    }

    /**
     * The same with its tables in a schema of their own, which is made when it is missing: beside
     * the tables of an application in one database, whose names may be the same. Not behind a
     * pooler of connections.
     *
     * @param name as it is, whatever its case
     */
    public Postgres inSchema(String name) {
      return new Postgres(url, user, password, source, bodies, Optional.of(name));
    }

    /** Without the password. */
    @Override
    public String toString() {
      return "Postgres[" + (source.isPresent() ? "data source" : url) + "]";
    }
  }
}
