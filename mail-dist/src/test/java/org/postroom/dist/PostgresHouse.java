package org.postroom.dist;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** A PostgreSQL server of its own, which can be killed and started again. */
public final class PostgresHouse implements AutoCloseable {
  private final Path data;
  private EmbeddedPostgres running;
  private int databases;

  private PostgresHouse(Path data) throws IOException {
    this.data = data;
    this.running = start(0);
  }

  public static PostgresHouse start(Path folder) throws IOException {
    return new PostgresHouse(folder.resolve("postgres"));
  }

  private EmbeddedPostgres start(int port) throws IOException {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setPGStartupWait(Duration.ofMinutes(1));
    return port == 0 ? builder.start() : builder.setPort(port).start();
  }

  public int port() {
    return running.getPort();
  }

  /** Makes a database, and gives its name. */
  public String freshDatabase() throws SQLException {
    return freshDatabase("");
  }

  /** The same, with what else CREATE DATABASE is told. */
  public String freshDatabase(String options) throws SQLException {
    String name = "mail" + ++databases;
    try (Connection connection = running.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name + options);
    }
    return name;
  }

  /** One of its databases, as storage_url names it. */
  public String url(String name) {
    return running.getJdbcUrl("postgres", name);
  }

  /** Kills it, and starts it again: it is away for a second or two. */
  void killAndStart() throws IOException {
    int port = port();
    long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0).trim());
    ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
    postmaster.destroyForcibly();
    postmaster.onExit().join();
    running.close();
    running = start(port);
  }

  @Override
  public void close() throws IOException {
    running.close();
  }
}
