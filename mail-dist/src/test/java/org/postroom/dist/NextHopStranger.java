package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.postroom.core.testing.FreePorts;
import org.postroom.core.testing.Until;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;

/**
 * A mail server that others have made, to which mail is passed on. It takes mail for its own domain
 * and what is below that, knows nobody called {@code never} there, and puts {@code later} off.
 */
abstract class NextHopStranger implements AutoCloseable {
  /** Octets of the longest mail that it takes, where it says so. */
  static final int MOST = 2_000_000;

  /** Where programs lie that cannot be installed beside another mail server. */
  private static final Path UNPACKED =
      Path.of(System.getProperty("postroom.strangers", "/opt/postroom-strangers"));

  final int port = FreePorts.take();
  private Process process;

  /** The files of the test's authority, for servers that want files. */
  record Certified(Path chain, Path key, SSLContext context) {}

  /** A mail as it is kept there for one recipient, in CRLF lines. */
  record Stored(String recipient, String latin1) {}

  /** All that are tried. */
  static List<NextHopStranger> all() {
    return List.of(new Postfix(), new Exim(), new OpenSmtpd(), new Sink(), new SubEtha());
  }

  final String domain() {
    return getClass().getSimpleName().toLowerCase(Locale.ROOT) + ".test";
  }

  /** Whether it can be started on this machine. */
  abstract boolean isThere();

  /** Whether it lies in a folder of its own, because it cannot be installed beside another one. */
  boolean isUnpacked() {
    return false;
  }

  /** Whether it answers each recipient by itself, and has a limit for sizes. */
  boolean isWhole() {
    return true;
  }

  /** Whether it offers STARTTLS. */
  boolean hasTls() {
    return true;
  }

  /**
   * Starts it; it listens when that ends.
   *
   * @param folder of its own, which everybody may enter
   */
  abstract void start(Path folder, Certified certified) throws Exception;

  abstract List<Stored> stored() throws IOException;

  @Override
  public void close() {
    if (process != null) {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
      process.onExit().join();
    }
  }

  @Override
  public final String toString() {
    return domain();
  }

  private static Path unpacked(String path) {
    return UNPACKED.resolve(path);
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static boolean hasUser(String name) {
    try {
      return Files.readAllLines(Path.of("/etc/passwd")).stream()
          .anyMatch(line -> line.startsWith(name + ":"));
    } catch (IOException e) {
      return false;
    }
  }

  final void launch(Path folder, String... command) throws IOException {
    process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("said").toFile())
            .start();
    Until.so(
        () -> {
          assertThat(process.isAlive()).as(() -> said(folder)).isTrue();
          try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
          } catch (IOException e) {
            return false;
          }
        });
  }

  private static String said(Path folder) {
    try {
      return Files.readString(folder.resolve("said"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** What lies in a maildir; whom it is for stands in a field that the server has added. */
  private static List<Stored> maildir(Path folder, Pattern recipients) throws IOException {
    List<Stored> stored = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return stored;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file, ISO_8859_1).replace("\r\n", "\n");
        Matcher matcher = recipients.matcher(text.substring(0, text.indexOf("\n\n")));
        while (matcher.find()) {
          stored.add(new Stored(matcher.group(1), text.replace("\n", "\r\n")));
        }
      }
    }
    return stored;
  }

  /** Debian's, installed. Needs root. */
  static final class Postfix extends NextHopStranger {
    private Path folder;

    @Override
    boolean isThere() {
      return Programs.isInstalled("postfix") && isRoot();
    }

    @Override
    void start(Path own, Certified certified) throws Exception {
      folder = own;
      for (String part : List.of("etc", "queue", "data", "mail")) {
        Files.createDirectory(folder.resolve(part));
      }
      run("chown", "postfix", folder.resolve("data").toString(), folder.resolve("mail").toString());
      Files.writeString(
          folder.resolve("etc/main.cf"),
          """
          compatibility_level = 3.6
          queue_directory = FOLDER/queue
          data_directory = FOLDER/data
          maillog_file = FOLDER/log
          maillog_file_prefixes = FOLDER
          inet_interfaces = 127.0.0.1
          inet_protocols = ipv4
          myhostname = mx.postfix.test
          mydestination =
          alias_maps =
          virtual_mailbox_domains = postfix.test, tls.postfix.test
          virtual_mailbox_maps = static:all/
          virtual_mailbox_base = FOLDER/mail
          virtual_uid_maps = static:UID
          virtual_gid_maps = static:UID
          virtual_mailbox_limit = 0
          message_size_limit = MOST
          smtpd_recipient_restrictions =
            check_recipient_access inline:{ {never@ = 550 5.1.1 Never} {later@ = 450 4.2.1 Later} }
          smtpd_relay_restrictions = reject_unauth_destination
          smtpd_tls_chain_files = KEY, CHAIN
          smtpd_tls_security_level = may
          """
              .replace("FOLDER", folder.toString())
              .replace("KEY", certified.key().toString())
              .replace("CHAIN", certified.chain().toString())
              .replace("UID", Files.getAttribute(folder.resolve("mail"), "unix:uid").toString())
              .replace("MOST", Integer.toString(MOST)));
      Files.writeString(
          folder.resolve("etc/master.cf"),
          """
          cleanup unix n - n - 0 cleanup
          qmgr unix n - n 300 1 qmgr
          rewrite unix - - n - - trivial-rewrite
          bounce unix - - n - 0 bounce
          defer unix - - n - 0 bounce
          trace unix - - n - 0 bounce
          virtual unix - n n - - virtual
          proxymap unix - - n - - proxymap
          error unix - - n - - error
          retry unix - - n - - error
          anvil unix - - n - 1 anvil
          tlsmgr unix - - n 1000? 1 tlsmgr
          postlog unix-dgram n - n - 1 postlogd
          """
              + ("127.0.0.1:" + port + " inet n - n - - smtpd\n"));
      run("postfix", "-c", folder.resolve("etc").toString(), "start");
    }

    private void run(String... command) throws Exception {
      byte[] unused = Programs.run(folder, new byte[0], command);
    }

    private void stop() {
      try {
        run("postfix", "-c", folder.resolve("etc").toString(), "stop");
      } catch (Exception e) {
        throw new IllegalStateException("postfix does not stop", e);
      }
    }

    @Override
    List<Stored> stored() throws IOException {
      return maildir(folder.resolve("mail/all/new"), Pattern.compile("(?m)^Delivered-To: (\\S+)$"));
    }

    @Override
    public void close() {
      if (folder != null) {
        stop();
      }
    }
  }

  /** Debian's exim4-daemon-light, unpacked. Needs root, and the user that it runs as. */
  static final class Exim extends NextHopStranger {
    private static final String USER = "Debian-exim";
    private final Path program = unpacked("usr/sbin/exim4");
    private Path folder;

    @Override
    boolean isThere() {
      return Files.isExecutable(program) && isRoot() && hasUser(USER);
    }

    @Override
    boolean isUnpacked() {
      return true;
    }

    @Override
    void start(Path own, Certified certified) throws Exception {
      folder = own;
      for (String part : List.of("spool", "mail")) {
        Files.createDirectory(folder.resolve(part));
      }
      byte[] unused =
          Programs.run(
              folder,
              new byte[0],
              "chown",
              USER,
              folder.resolve("spool").toString(),
              folder.resolve("mail").toString());
      Path file =
          Files.writeString(
              folder.resolve("exim.conf"),
              """
              exim_path = PROGRAM
              spool_directory = FOLDER/spool
              log_file_path = FOLDER/spool/%slog
              primary_hostname = mx.exim.test
              domainlist ours = exim.test : tls.exim.test
              message_size_limit = MOST
              accept_8bitmime = true
              tls_advertise_hosts = *
              tls_certificate = CHAIN
              tls_privatekey = KEY
              acl_smtp_rcpt = rcpt
              acl_smtp_data = all
              local_interfaces = 127.0.0.1
              begin acl
              rcpt:
                deny local_parts = never
                     message = 5.1.1 Never
                defer local_parts = later
                      message = 4.2.1 Later
                accept domains = +ours
                deny message = relay not permitted
              all:
                accept
              begin routers
              ours:
                driver = accept
                domains = +ours
                transport = store
              begin transports
              store:
                driver = appendfile
                directory = FOLDER/mail/all
                maildir_format
                create_directory
                delivery_date_add
                envelope_to_add
                return_path_add
                user = USER
              """
                  .replace("PROGRAM", program.toString())
                  .replace("FOLDER", folder.toString())
                  .replace("CHAIN", certified.chain().toString())
                  .replace("KEY", certified.key().toString())
                  .replace("USER", USER)
                  .replace("MOST", Integer.toString(MOST)));
      launch(
          folder,
          program.toString(),
          "-C",
          file.toString(),
          "-bdf",
          "-oX",
          "127.0.0.1:" + port,
          "-oP",
          folder.resolve("spool/pid").toString());
    }

    @Override
    List<Stored> stored() throws IOException {
      List<Stored> stored = new ArrayList<>();
      // One file for each recipient, or one for several that stand in one field.
      for (Stored one :
          maildir(
              folder.resolve("mail/all/new"),
              Pattern.compile("(?m)^Envelope-to: (.+(?:\n[ \t].*)*)"))) {
        for (String recipient : one.recipient().split("[,\\s]+")) {
          stored.add(new Stored(recipient, one.latin1()));
        }
      }
      return stored;
    }
  }

  /** Debian's opensmtpd, unpacked. Needs root, its two users, and its helpers in their place. */
  static final class OpenSmtpd extends NextHopStranger {
    private final Path program = unpacked("usr/sbin/smtpd");
    private Path folder;

    @Override
    boolean isThere() {
      return Files.isExecutable(program)
          && isRoot()
          && hasUser("opensmtpd")
          && hasUser("opensmtpq")
          && Files.isExecutable(Path.of("/usr/libexec/opensmtpd/mail.mda"));
    }

    @Override
    boolean isUnpacked() {
      return true;
    }

    /** Debian's has TLS that ends each handshake with an error of its library, whatever the key. */
    @Override
    boolean hasTls() {
      return false;
    }

    @Override
    void start(Path own, Certified certified) throws Exception {
      folder = own;
      Path mail = Files.createDirectory(folder.resolve("mail"));
      Files.setPosixFilePermissions(mail, PosixFilePermissions.fromString("rwxrwxrwx"));
      Path file =
          Files.writeString(
              folder.resolve("smtpd.conf"),
              """
              table later { "later@opensmtpd.test" }
              table never { "never@opensmtpd.test" }
              smtp max-message-size MOST
              filter later phase rcpt-to match rcpt-to <later> reject "450 4.2.1 Later"
              filter never phase rcpt-to match rcpt-to <never> reject "550 5.1.1 Never"
              filter all chain { later, never }
              listen on 127.0.0.1 port PORT hostname mx.opensmtpd.test filter all
              action store mda "/bin/sh -c 'cat > FOLDER/mail/%{rcpt.user}@%{rcpt.domain}.$$'" \\
                virtual { "@opensmtpd.test" = nobody, "@tls.opensmtpd.test" = nobody }
              match from any for domain { "opensmtpd.test", "tls.opensmtpd.test" } action store
              """
                  .replace("FOLDER", folder.toString())
                  .replace("PORT", Integer.toString(port))
                  .replace("MOST", Integer.toString(MOST)));
      launch(folder, program.toString(), "-d", "-f", file.toString());
    }

    @Override
    List<Stored> stored() throws IOException {
      List<Stored> stored = new ArrayList<>();
      try (Stream<Path> files = Files.list(folder.resolve("mail"))) {
        for (Path file : files.toList()) {
          String name = file.getFileName().toString();
          stored.add(
              new Stored(
                  name.substring(0, name.lastIndexOf('.')),
                  Files.readString(file, ISO_8859_1).replace("\r\n", "\n").replace("\n", "\r\n")));
        }
      }
      return stored;
    }
  }

  /** Postfix's smtp-sink, which takes everything. */
  static final class Sink extends NextHopStranger {
    private Path folder;

    @Override
    boolean isThere() {
      return Programs.isInstalled("smtp-sink");
    }

    @Override
    boolean isWhole() {
      return false;
    }

    @Override
    boolean hasTls() {
      return false;
    }

    @Override
    void start(Path own, Certified certified) throws Exception {
      folder = own;
      Files.createDirectory(folder.resolve("mail"));
      String[] command = {
        "smtp-sink", "-h", "mx.sink.test", "-d", "mail/%S.", "127.0.0.1:" + port, "100"
      };
      String user = isRoot() ? "-uroot" : "";
      List<String> words = new ArrayList<>(List.of(command));
      if (!user.isEmpty()) {
        words.add(1, user);
      }
      launch(folder, words.toArray(String[]::new));
    }

    @Override
    List<Stored> stored() throws IOException {
      List<Stored> stored = new ArrayList<>();
      for (Stored one :
          maildir(folder.resolve("mail"), Pattern.compile("(?m)^X-Rcpt-Args: <([^>]+)>"))) {
        // It ends each file with an empty line of its own.
        String text = one.latin1();
        stored.add(new Stored(one.recipient(), text.substring(0, text.length() - 2)));
      }
      return stored;
    }
  }

  /** In this process. */
  static final class SubEtha extends NextHopStranger {
    private final List<Stored> stored = new CopyOnWriteArrayList<>();
    private SMTPServer server;

    @Override
    boolean isThere() {
      return true;
    }

    @Override
    void start(Path folder, Certified certified) {
      server =
          new SMTPServer.Builder()
              .bindAddress(InetAddress.getLoopbackAddress())
              .port(port)
              .hostName("mx.subetha.test")
              .maxMessageSize(MOST)
              .insertReceivedHeaders(false)
              .startTlsSocketFactory(certified.context())
              .enableTLS()
              .messageHandlerFactory(Reception::new)
              .build();
      server.start();
    }

    @Override
    List<Stored> stored() {
      return stored;
    }

    @Override
    public void close() {
      if (server != null) {
        server.stop();
      }
    }

    private final class Reception implements MessageHandler {
      private final List<String> recipients = new ArrayList<>();

      Reception(MessageContext context) {}

      @Override
      public void from(String sender) {}

      @Override
      public void recipient(String recipient) throws RejectException {
        if (recipient.startsWith("never@")) {
          throw new RejectException(550, "5.1.1 Never");
        }
        if (recipient.startsWith("later@")) {
          throw new RejectException(450, "4.2.1 Later");
        }
        recipients.add(recipient);
      }

      @Override
      public String data(InputStream in) throws IOException {
        String text = new String(in.readAllBytes(), ISO_8859_1);
        recipients.forEach(recipient -> stored.add(new Stored(recipient, text)));
        return null;
      }

      @Override
      public void done() {}
    }
  }
}
