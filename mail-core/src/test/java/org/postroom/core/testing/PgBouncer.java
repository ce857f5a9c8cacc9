package org.postroom.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** PgBouncer in front of a PostgreSQL server of this machine, as its package installs it. */
public final class PgBouncer implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/sbin/pgbouncer");

  private final Process process;
  private final int port;

  private PgBouncer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts it; the test is left out where it is not installed.
   *
   * @param database the port of the PostgreSQL server, which trusts everybody
   * @param mode its pool_mode: session, transaction or statement
   * @param settings more lines of its section
   */
  public static PgBouncer start(Path folder, int database, String mode, String... settings)
      throws IOException {
    assumeTrue(
        Files.isExecutable(PROGRAM) || "required".equals(System.getProperty("postroom.clients")),
        "pgbouncer");
    int port = FreePorts.take();
    Path place = Files.createTempDirectory(folder, "pgbouncer");
    // It gives root's rights away before it reads the users.
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path users = Files.writeString(place.resolve("users"), "\"postgres\" \"\"\n");
    List<String> lines =
        new ArrayList<>(
            List.of(
                "[databases]",
                "* = host=127.0.0.1 port=" + database,
                "[pgbouncer]",
                "listen_addr = 127.0.0.1",
                "listen_port = " + port,
                "unix_socket_dir =",
                "auth_type = trust",
                "auth_file = " + users,
                "pool_mode = " + mode,
                "ignore_startup_parameters = extra_float_digits",
                "server_login_retry = 1"));
    if ("root".equals(System.getProperty("user.name"))) {
      lines.add("user = nobody");
    }
    lines.addAll(List.of(settings));
    Path file = Files.write(place.resolve("pgbouncer.ini"), lines);
    Process process =
        new ProcessBuilder(PROGRAM.toString(), file.toString()).redirectErrorStream(true).start();
    PgBouncer bouncer = new PgBouncer(process, port);
    try {
      bouncer.awaitStart();
      return bouncer;
    } catch (IOException e) {
      bouncer.close();
      throw e;
    }
  }

  private void awaitStart() throws IOException {
    BufferedReader out = process.inputReader(UTF_8);
    StringBuilder said = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      said.append(line).append('\n');
      if (line.contains("process up")) {
        Thread rest = new Thread(() -> drain(out), "pgbouncer-output");
        rest.setDaemon(true);
        rest.start();
        return;
      }
    }
    throw new IOException("pgbouncer does not start:\n" + said);
  }

  /** It must not wait for a reader. */
  private static void drain(BufferedReader out) {
    try {
      String line = out.readLine();
      while (line != null) {
        line = out.readLine();
      }
    } catch (IOException e) {
      // It has ended.
    }
  }

  /** Where it listens. */
  public int port() {
    return port;
  }

  /** The database as JDBC names it, through here. */
  public String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=postgres";
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
