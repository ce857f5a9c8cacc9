package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.postroom.core.testing.Until;

/** Postfix as the system has it, with a configuration and a queue of its own. It needs root. */
final class PostfixServer implements AutoCloseable {
  private static final String MAIN =
      """
      compatibility_level = 3.6
      queue_directory = FOLDER/queue
      data_directory = FOLDER/data
      maillog_file = FOLDER/log
      maillog_file_prefixes = FOLDER
      inet_interfaces = 127.0.0.1
      inet_protocols = ipv4
      mydestination =
      alias_maps =
      """;
  private static final String SERVICES =
      """
      cleanup unix n - n - 0 cleanup
      qmgr unix n - n 300 1 qmgr
      rewrite unix - - n - - trivial-rewrite
      bounce unix - - n - 0 bounce
      defer unix - - n - 0 bounce
      trace unix - - n - 0 bounce
      proxymap unix - - n - - proxymap
      error unix - - n - - error
      retry unix - - n - - error
      discard unix - - n - - discard
      smtp unix - - n - - smtp
      anvil unix - - n - 1 anvil
      tlsmgr unix - - n 1000? 1 tlsmgr
      postlog unix-dgram n - n - 1 postlogd
      """;

  private final Path folder;
  private boolean started;

  /** One that has its files in a folder, of which everybody may know. */
  PostfixServer(Path folder) throws IOException {
    this.folder = folder;
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String part : List.of("etc", "queue", "data")) {
      Files.createDirectory(folder.resolve(part));
    }
  }

  /** Skips the test where there is none, or nobody may start it. */
  static void need() {
    Programs.need("postfix");
    assumeTrue("root".equals(System.getProperty("user.name")), "root");
  }

  /**
   * Starts it.
   *
   * @param main lines of main.cf, beside those that say where its files are
   * @param services lines of master.cf, beside those of its own services
   */
  void start(String main, String services) throws IOException {
    Files.writeString(
        folder.resolve("etc/main.cf"), MAIN.replace("FOLDER", folder.toString()) + main);
    Files.writeString(folder.resolve("etc/master.cf"), SERVICES + services);
    run("chown", "postfix", folder.resolve("data").toString());
    run("postfix", "-c", folder.resolve("etc").toString(), "start");
    started = true;
  }

  /** The lines of its log so far. */
  List<String> log() {
    try {
      return Files.readAllLines(folder.resolve("log"));
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Makes the index of a table, as its types want it. */
  void index(String table) throws IOException {
    run("postmap", "-c", folder.resolve("etc").toString(), table);
  }

  /**
   * Hands all that waits in its queue to another server of this machine; needs {@code pickup} and
   * {@code showq} among its services.
   */
  void handOver(int port) throws IOException {
    String etc = folder.resolve("etc").toString();
    run("postconf", "-c", etc, "-e", "relayhost=[127.0.0.1]:" + port);
    run("postfix", "-c", etc, "reload");
    Until.so(
        () -> {
          try {
            run("postqueue", "-c", etc, "-f");
            return said("postqueue", "-c", etc, "-p").startsWith("Mail queue is empty");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** Throws away what waits in its queue. */
  void forget() throws IOException {
    run("postsuper", "-c", folder.resolve("etc").toString(), "-d", "ALL");
  }

  private void run(String... command) throws IOException {
    String unused = said(command);
  }

  private String said(String... command) throws IOException {
    try {
      return new String(Programs.run(folder, new byte[0], command), US_ASCII);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    if (started) {
      run("postfix", "-c", folder.resolve("etc").toString(), "stop");
    }
  }
}
