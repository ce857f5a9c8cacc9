package org.postroom.storage.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;

/**
 * Brings a database to the newest schema. The migrations are the files under {@code db/h2} and
 * {@code db/postgresql}; which there are is declared here, once.
 */
public final class Schema {
  private static final List<String> MIGRATIONS =
      List.of(
          "V1__first_schema.sql",
          "V2__addresses_of_any_length.sql",
          "V3__outbox.sql",
          "V4__queue_control.sql",
          "V5__where_mail_came_from.sql",
          "V6__memos.sql",
          "V7__require_tls.sql",
          "V8__quotas_and_app_passwords.sql",
          "V9__sessions_of_mail.sql",
          "V10__room_for_keywords.sql");

  /** The schema this program works with. */
  public static final int NEWEST = MIGRATIONS.size();

  /**
   * What H2's come to for a database that is empty. A test holds it to them: every first store of a
   * process would have to read and merge them.
   */
  static final String NEWEST_WHOLE = "newest.sql";

  /** From here on names of accounts are kept in their one spelling. */
  private static final int RESPELLED = 2;

  private final String database;

  /** The schema for {@code h2} or {@code postgresql}. */
  public Schema(String database) {
    this.database = database;
  }

  /** Which schema the database has; empty when it has none. */
  public OptionalInt found(Connection connection) throws SQLException {
    String exists =
        "SELECT COUNT(*) FROM information_schema.tables"
            + " WHERE table_name = 'store_state' AND table_schema = current_schema";
    try (Statement statement = connection.createStatement()) {
      try (ResultSet rows = statement.executeQuery(exists)) {
        rows.next();
        if (rows.getInt(1) == 0) {
          return OptionalInt.empty();
        }
      }
      try (ResultSet rows =
          statement.executeQuery("SELECT v FROM store_state WHERE k = 'schema'")) {
        return rows.next()
            ? OptionalInt.of(Integer.parseInt(rows.getString(1)))
            : OptionalInt.of(0);
      }
    }
  }

  /** Runs the migrations that are missing, keeping Flyway's history of them. */
  public void migrate(DataSource source) throws SQLException {
    Flyway.configure(Schema.class.getClassLoader())
        .dataSource(source)
        .resourceProvider(new Files())
        .loggers("slf4j")
        .cleanDisabled(true)
        .load()
        .migrate();
    try (Connection connection = source.getConnection()) {
      if (found(connection).orElse(0) < RESPELLED) {
        Respelling.run(connection);
      }
      note(connection);
      if (!connection.getAutoCommit()) {
        connection.commit();
      }
    }
  }

  /** Read once: they are the same for every store in memory of a process. */
  private static final class Newest {
    static final List<String> OF_H2 = statements(new Schema("h2").read(NEWEST_WHOLE));
  }

  /** What all migrations come to, in an empty database of H2 that will not outlive the program. */
  public static void createTemporary(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : Newest.OF_H2) {
        statement.execute(sql);
      }
    }
    note(connection);
  }

  /** Those of a script that has each end in a semicolon and its line. */
  private static List<String> statements(String script) {
    List<String> all = new ArrayList<>();
    int start = 0;
    for (int end = script.indexOf(";\n"); end >= 0; end = script.indexOf(";\n", start)) {
      all.add(script.substring(start, end));
      start = end + 2;
    }
    return List.copyOf(all);
  }

  /** The text of all migrations, in their order. */
  List<String> migrations() {
    return MIGRATIONS.stream().map(this::read).toList();
  }

  private static void note(Connection connection) throws SQLException {
    try (PreparedStatement delete =
            connection.prepareStatement("DELETE FROM store_state WHERE k = 'schema'");
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO store_state (k, v) VALUES ('schema', ?)")) {
      delete.executeUpdate();
      insert.setString(1, Integer.toString(NEWEST));
      insert.executeUpdate();
    }
  }

  String read(String name) {
    String path = "db/" + database + "/" + name;
    try (InputStream in = Schema.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("missing in the program: " + path);
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }

  /** Hands our files to Flyway, which could not look into this module by itself. */
  private final class Files implements ResourceProvider {
    @Override
    public @Nullable LoadableResource getResource(String name) {
      return MIGRATIONS.contains(name) ? new File(name) : null;
    }

    @Override
    public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
      List<LoadableResource> found = new ArrayList<>();
      for (String name : MIGRATIONS) {
        if (name.startsWith(prefix) && name.endsWith(suffixes[0])) {
          found.add(new File(name));
        }
      }
      return found;
    }
  }

  private final class File extends LoadableResource {
    private final String name;

    File(String name) {
      this.name = name;
    }

    @Override
    public Reader read() {
      return new StringReader(Schema.this.read(name));
    }

    @Override
    public String getAbsolutePath() {
      return name;
    }

    @Override
    public String getAbsolutePathOnDisk() {
      return name;
    }

    @Override
    public String getFilename() {
      return name;
    }

    @Override
    public String getRelativePath() {
      return name;
    }
  }
}
