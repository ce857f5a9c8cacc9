package org.postroom.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.postroom.core.testing.FreePorts;
import org.postroom.core.transcript.SocketPeer;

/**
 * The real Postfix, with folders and ports of its own: one port for each configuration. Mail that
 * it takes is thrown away. Needs root, as Postfix does.
 */
final class PrivatePostfix implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/sbin/postfix");

  private static final String SERVICES =
      """
      pickup unix n - n 60 1 pickup
      cleanup unix n - n - 0 cleanup
      qmgr unix n - n 300 1 qmgr
      rewrite unix - - n - - trivial-rewrite
      bounce unix - - n - 0 bounce
      defer unix - - n - 0 bounce
      trace unix - - n - 0 bounce
      verify unix - - n - 1 verify
      proxymap unix - - n - - proxymap
      error unix - - n - - error
      retry unix - - n - - error
      discard unix - - n - - discard
      anvil unix - - n - 1 anvil
      scache unix - - n - 1 scache
      postlog unix-dgram n - n - 1 postlogd
      """;

  private final Path etc;
  private final List<Integer> ports = new ArrayList<>();

  private PrivatePostfix(Path folder) {
    this.etc = folder.resolve("etc");
  }

  /** Whether this machine has one of the version that was recorded, and may start it. */
  static boolean isThere() {
    return Files.isExecutable(PROGRAM)
        && "root".equals(System.getProperty("user.name"))
        && run("/usr/sbin/postconf", "-d", "-h", "mail_version").startsWith("3.7.");
  }

  /**
   * Starts it.
   *
   * @param folder of the test's
   * @param configurations what goes over the settings of all records
   */
  static PrivatePostfix start(Path folder, List<Map<String, String>> configurations) {
    PrivatePostfix postfix = new PrivatePostfix(folder);
    try {
      postfix.write(folder, configurations);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run("/usr/sbin/postfix", "-c", postfix.etc.toString(), "start"); // it listens when that ends
    return postfix;
  }

  private void write(Path folder, List<Map<String, String>> configurations) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String part : List.of("etc", "queue", "data")) {
      Files.createDirectory(folder.resolve(part));
    }
    run("/bin/chown", "postfix", folder.resolve("data").toString());
    Files.writeString(
        etc.resolve("main.cf"),
        """
        compatibility_level = 3.6
        queue_directory = FOLDER/queue
        data_directory = FOLDER/data
        import_environment = MAIL_CONFIG, { RES_OPTIONS = timeout:1 attempts:1 }
        maillog_file = FOLDER/log
        maillog_file_prefixes = FOLDER
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        myhostname = mx.example.org
        mydestination = example.org
        mynetworks = 192.0.2.0/24
        alias_maps =
        local_recipient_maps = inline:{ada=x, bob=x}
        local_transport = discard:
        default_transport = discard:
        smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
        smtpd_restriction_classes = strict
        strict = permit_mynetworks, reject_non_fqdn_sender, reject
        smtpd_error_sleep_time = 0
        smtpd_hard_error_limit = 100
        smtpd_client_connection_count_limit = 0
        """
            .replace("FOLDER", folder.toString()));
    StringBuilder services = new StringBuilder(SERVICES);
    configurations.forEach(one -> ports.add(FreePorts.take()));
    int i = 0;
    for (Map<String, String> configuration : configurations) {
      services.append("127.0.0.1:" + ports.get(i) + " inet n - n - - smtpd\n");
      services.append("  -o rewrite_service_name=rewrite" + i + "\n" + options(configuration));
      services
          .append("rewrite" + i + " unix - - n - - trivial-rewrite\n")
          .append(options(configuration));
      i++;
    }
    Files.writeString(etc.resolve("master.cf"), services);
  }

  private static String options(Map<String, String> configuration) {
    StringBuilder options = new StringBuilder();
    configuration.forEach(
        (name, value) -> options.append("  -o { ").append(name + " = " + value).append(" }\n"));
    return options.toString();
  }

  /** Connects to the port of a configuration. */
  SocketPeer dial(int configuration) {
    return SocketPeer.to(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.get(configuration)));
  }

  /** Where a configuration has a mail go: transport and next hop, as trivial-rewrite(8) says it. */
  String route(int configuration, String sender, String recipient) {
    Path socket = etc.resolveSibling("queue").resolve("private/rewrite" + configuration);
    String request =
        String.join("\0", "request", "resolve", "sender", sender, "address", recipient, "", "");
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      channel.write(ByteBuffer.wrap(request.getBytes(UTF_8)));
      List<String> said = List.of();
      ByteBuffer answer = ByteBuffer.allocate(10_000);
      // The name of the protocol, then the answer: pairs, and an empty word at the end of each.
      while (said.size() < 13 && channel.read(answer) >= 0) {
        said = List.of(new String(answer.array(), 0, answer.position(), UTF_8).split("\0", -1));
      }
      int transport = said.indexOf("transport");
      return said.get(transport + 1) + ":" + said.get(transport + 3);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    run("/usr/sbin/postfix", "-c", etc.toString(), "abort"); // whose processes end at once
  }

  private static String run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      process.waitFor();
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
