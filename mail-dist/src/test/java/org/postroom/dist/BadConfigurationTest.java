package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.Shows;
import org.postroom.dist.applet.AppletRun;

/**
 * A server that cannot start says why in one message that names file, line and remedy, ends with
 * the exit status scripts know, and has changed nothing.
 */
@Tag("process")
final class BadConfigurationTest {
  /** Takes root's right to read everything away, so that permissions hold for it too. */
  private static final List<String> LIKE_ANYBODY =
      List.of(
          "setpriv",
          "--bounding-set=-dac_override,-dac_read_search",
          "--inh-caps=-dac_override,-dac_read_search");

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "smtpd_timeout = soon | smtpd_timeout: expected",
        "listeners = imap:70000 | listeners: \"imap:70000\" is no listener; expected service:port",
        "smtpd_relay_restrictions = permit_mynetworks | smtpd_relay_restrictions: ",
        "mynetworks = 10.0.0.1/8 | 10.0.0.0/8",
        "auth_mechanisms = plain xoauth2 | needs oauth2_openid_configuration_url",
        "storage_url = oracle | storage_url: \"oracle\" is no place; expected h2:FOLDER",
        "smtpd_tls_cert_file = /nowhere/cert.pem | /nowhere/cert.pem does not exist: put"
      })
  @Shows("A4.8")
  void namesFileLineAndRemedyOfABadValue(String line, String words) throws IOException {
    Path file = write("inet_interfaces = loopback-only", line);
    Map<String, String> before = contents(folder);

    AppletRun outcome = serve(file);

    assertThat(outcome.status()).isEqualTo(78);
    assertThat(outcome.said())
        .startsWith("postroom: error: ")
        .contains("main.cf, line 2: ")
        .contains(words)
        .hasLineCount(1);
    assertThat(contents(folder)).isEqualTo(before);
  }

  @Test
  void namesEveryFaultAtOnce() throws IOException {
    Path file = write("smtpd_timeout = soon", "inet_interfaces", "queue_minfree = -1");

    ServerProcess.Outcome outcome = ServerProcess.run("serve", "-c", file.toString());

    assertThat(outcome.status()).isEqualTo(78);
    assertThat(outcome.said())
        .contains("main.cf, line 1: smtpd_timeout")
        .contains("main.cf, line 2: ")
        .contains("main.cf, line 3: queue_minfree")
        .hasLineCount(3);
  }

  /** As an existing main.cf may hold names of its own, which other parameters use. */
  @Test
  void warnsOfAnUnknownParameterAndSaysWhatWasMeant() throws IOException {
    Site site = new Site(folder).set("mesage_size_limit", "1");

    try (ServerProcess server = site.start()) {
      server.stop();

      assertThat(server.said())
          .containsOnlyOnce(
              "warning: "
                  + site.line("mesage_size_limit")
                  + "unused parameter: mesage_size_limit=1")
          .contains("message_size_limit");
    }
  }

  @Test
  void refusesAKeyThatEverybodyCanRead() throws IOException {
    Path key = key("rw-r--r--");
    Path file =
        write("listeners = imap:0", "smtpd_tls_cert_file = " + key, "storage_url = h2:data");
    Map<String, String> before = contents(folder);

    AppletRun outcome = serve(file);

    assertThat(outcome.status()).isEqualTo(78);
    assertThat(outcome.said())
        .contains("main.cf, line 2: smtpd_tls_cert_file: ")
        .contains("chmod 0600 " + key)
        .hasLineCount(1);
    assertThat(contents(folder)).isEqualTo(before);
  }

  @Test
  void refusesAKeyThatItCannotRead() throws IOException {
    Path key = Files.move(key("---------"), folder.resolve("unreadable.key"));
    Path certificate = key("rw-r--r--");
    Path file =
        write(
            "listeners = imap:0",
            "smtpd_tls_cert_file = " + certificate,
            "smtpd_tls_key_file = " + key);
    boolean root = Files.isReadable(key);
    assumeTrue(!root || Files.isExecutable(Path.of("/usr/bin/setpriv")), "root without setpriv");

    ServerProcess.Outcome outcome =
        ServerProcess.run(root ? LIKE_ANYBODY : List.of(), "serve", "-c", file.toString());

    assertThat(outcome.status()).isEqualTo(78);
    assertThat(outcome.said())
        .contains("main.cf, line 3: smtpd_tls_key_file: " + key + " is not readable")
        .contains("chown")
        .contains("chmod 0600")
        .hasLineCount(1);
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void saysWhichPortIsTakenBeforeItTouchesAnything() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Path file =
          write(
              "inet_interfaces = loopback-only", "listeners = pop3:0 imap:" + taken.getLocalPort());
      Map<String, String> before = contents(folder);

      AppletRun outcome = serve(file);

      assertThat(outcome.status()).isEqualTo(69);
      assertThat(outcome.said())
          .contains("main.cf, line 2: listeners: ")
          .contains("127.0.0.1 port " + taken.getLocalPort() + " for imap")
          .contains("stop it")
          .hasLineCount(1);
      assertThat(contents(folder)).isEqualTo(before);
    }
  }

  @Test
  void saysThatThisMachineDoesNotHaveAnAddress() throws IOException {
    // Of the block for documentation, which nobody has (RFC 5737).
    AppletRun outcome = serve(write("inet_interfaces = 192.0.2.1", "listeners = imap:40143"));

    assertThat(outcome.status()).isEqualTo(78);
    assertThat(outcome.said())
        .contains("main.cf, line 1: inet_interfaces: ")
        .contains("192.0.2.1")
        .hasLineCount(1);
  }

  @Test
  @Shows("A2.14")
  void refusesADataFolderInUseAndChangesNothingInIt() throws Exception {
    Site site = new Site(folder);
    try (ServerProcess first = site.start()) {
      first.pause(); // it has work of its own in there, too
      Map<String, String> before = contents(site.data());

      AppletRun outcome = serve(site.mainCf());

      assertThat(outcome.status()).isEqualTo(75);
      assertThat(outcome.said())
          .contains(
              site.line("storage_url") + "storage_url: data folder " + site.data() + " is in use")
          .contains("process " + first.pid())
          .contains("Stop the other server")
          .hasLineCount(1);
      assertThat(contents(site.data())).isEqualTo(before);
      first.goOn();
      assertThat(AppletRun.of("user", "list", "-c", site.mainCf().toString()).status()).isZero();
    }
  }

  @Test
  void refusesADatabaseThatANewerVersionUsed() throws Exception {
    Site site = new Site(folder);
    try (ServerProcess server = site.start()) {
      server.stop();
    }
    makeNewer(site.data());
    List<String> before = rows(site.data());

    AppletRun outcome = serve(site.mainCf());

    assertThat(outcome.status()).isEqualTo(78);
    assertThat(outcome.said())
        .contains(site.line("storage_url") + "storage_url: ")
        .contains(site.data().toString())
        .contains("has number 99")
        .contains("newer version")
        .hasLineCount(1);
    // H2 moves blocks about when it closes its file; what it holds must be the same.
    assertThat(rows(site.data())).isEqualTo(before).anyMatch(row -> row.contains("'99'"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"check", "serve"})
  void aFileWithAPasswordThatEverybodyCanReadIsRefused(String command) throws IOException {
    Path file =
        write(
            "myhostname = mail.example.org",
            "storage_url = jdbc:postgresql://localhost/mail",
            "storage_password = s3cret");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

    AppletRun outcome = AppletRun.of(command, "-c", file.toString());

    assertThat(outcome.status()).isEqualTo(78);
    assertThat(outcome.said())
        .contains("main.cf, line 3: storage_password: ")
        .contains("can be read by everybody")
        .contains("chmod 0600 " + file)
        .doesNotContain("s3cret")
        .hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-rw----", "rw-r--r--"})
  void checkRefusesAKeyThatAServerWouldRefuse(String permissions) throws IOException {
    Path key = key(permissions);
    Path file = write("smtpd_tls_cert_file = " + key);

    AppletRun outcome = AppletRun.of("check", "-c", file.toString());

    assertThat(outcome.status()).isEqualTo(78);
    assertThat(outcome.said()).contains("smtpd_tls_cert_file: " + key).contains("chmod 0600");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "smtpd_tls_cert_file = FILE",
        "smtp_tls_cert_file = FILE",
        "storage_password = file:FILE",
        "where = file:FILE | storage_password = $where",
        "smtp_sasl_auth_enable = yes | smtp_sasl_password_maps = hash:FILE",
        "srs_domain = example.org | srs_secrets_file = FILE"
      })
  @Shows("A2.16")
  void aSecretThatItsGroupMayChangeIsRefusedUnlessItIsExceptedByName(String lines)
      throws IOException {
    Path key = key("rw-rw----");
    String given = lines.replace(" | ", "\n").replace("FILE", key.toString());

    AppletRun refused = AppletRun.of("check", "-c", write(given).toString());
    AppletRun excepted =
        AppletRun.of("check", "-c", write(given, "unsafe_files = " + key).toString());

    assertThat(refused.status()).isEqualTo(78);
    assertThat(refused.said())
        .contains(key + " ", "can be changed by others (rw-rw----)", "name it in unsafe_files");
    // What the files say is no key and no table: that is another matter.
    assertThat(excepted.said()).doesNotContain("rw-rw----");
  }

  @Test
  void aDataFolderOfSomebodyElseIsRefusedForRootToo() throws IOException {
    Site site = new Site(folder);
    Files.createDirectory(site.data());
    Files.setPosixFilePermissions(site.data(), PosixFilePermissions.fromString("rwx------"));
    assumeTrue(Files.getAttribute(site.data(), "unix:uid").equals(0), "only root can give it away");
    Files.setAttribute(site.data(), "unix:uid", 12_345);
    String mainCf = site.mainCf().toString();

    for (String[] command : new String[][] {{"serve"}, {"user", "list"}}) {
      List<String> words = new ArrayList<>(List.of(command));
      words.addAll(List.of("-c", mainCf));
      AppletRun outcome = AppletRun.of(words.toArray(String[]::new));

      assertThat(outcome.status()).as(outcome.said()).isEqualTo(78);
      assertThat(outcome.said()).contains(site.data() + " belongs to 12345").contains("run it as");
    }
    // What lies beside the store, and whether a server runs, can be looked at.
    assertThat(AppletRun.of("sendmail", "-C", mainCf, "-bp", "-Ac").status()).isZero();
    assertThat(AppletRun.of("postfix", "-c", folder.toString(), "status").said())
        .contains("is not running");
    // Who only looks, and asks the server whose it is, may be root: on a machine he is.
    assertThat(AppletRun.of("check", "-c", mainCf).status()).isZero();
    try (Stream<Path> files = Files.list(site.data())) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void checkChangesNothing() throws IOException {
    Path file = write("myhostname = mail.example.org");
    Map<String, String> before = contents(folder);

    AppletRun outcome = AppletRun.of("check", "-c", file.toString());

    assertThat(outcome.status()).isZero();
    assertThat(contents(folder)).isEqualTo(before);
  }

  private static AppletRun serve(Path mainCf) {
    return AppletRun.of("serve", "-c", mainCf.toString());
  }

  private Path write(String... lines) throws IOException {
    return Files.write(folder.resolve("main.cf"), List.of(lines));
  }

  private Path key(String permissions) throws IOException {
    Path key = folder.resolve("key.pem");
    Files.writeString(key, "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n");
    return Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(permissions));
  }

  /** Does what a later version's migration would. */
  private static void makeNewer(Path data) throws IOException, SQLException {
    // The journal keeps the database's length; without one the file is taken as it is.
    Files.delete(data.resolve("journal").resolve("redo"));
    try (Connection database = database(data);
        Statement statement = database.createStatement()) {
      statement.execute("UPDATE store_state SET v = '99' WHERE k = 'schema'");
    }
  }

  /** Everything in the database, as SQL. */
  private static List<String> rows(Path data) throws SQLException {
    List<String> lines = new ArrayList<>();
    try (Connection database = database(data);
        Statement statement = database.createStatement();
        ResultSet rows = statement.executeQuery("SCRIPT")) {
      while (rows.next()) {
        lines.add(rows.getString(1));
      }
    }
    return lines;
  }

  private static Connection database(Path data) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:h2:"
            + data.resolve("db").resolve("mail")
            + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH",
        "sa",
        "");
  }

  /** Every file below a folder with the digest of its content. */
  private static Map<String, String> contents(Path root) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.toList()) {
        String name = root.relativize(file).toString();
        if (Files.isRegularFile(file) && Files.isReadable(file)) {
          contents.put(name, Digests.sha256(Files.readAllBytes(file)));
        } else {
          contents.put(name, "");
        }
      }
    }
    return contents;
  }
}
