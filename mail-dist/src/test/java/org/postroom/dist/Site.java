package org.postroom.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postroom.core.secret.Secret;
import org.postroom.dist.operation.UserOperations;
import org.postroom.dist.operation.UserOperations.Logins;
import org.postroom.dist.operation.UserOperations.NewPassword;

/** A mail site on this machine's loopback: its main.cf, its data folder, its accounts. */
final class Site {
  static final String DOMAIN = "example.org";
  static final String PASSWORD = "correct horse";

  private final Path folder;
  private final Map<String, String> settings = new LinkedHashMap<>();

  /** A site whose files lie in {@code folder}; it listens on free ports in all roles. */
  Site(Path folder) {
    this.folder = folder;
    set("myhostname", "mail." + DOMAIN);
    set("virtual_mailbox_domains", DOMAIN);
    set("inet_interfaces", "loopback-only");
    set("mynetworks", "127.0.0.0/8");
    set("notify_classes", ""); // an account here may be the postmaster, and has what was sent to it
    set("storage_url", "h2:data");
    set("listeners", "smtp:0 submission:0 submissions:0 pop3:0 pop3s:0 imap:0 imaps:0");
  }

  /** Sets one parameter, for the next start. */
  Site set(String name, String value) {
    settings.put(name, value);
    return this;
  }

  /** Where mail is kept. */
  Path data() {
    return folder.resolve("data");
  }

  /** The certificate of the site's own authority. */
  Path authority() {
    return data().resolve("tls").resolve("ca.pem");
  }

  /** Writes the configuration file. */
  Path mainCf() throws IOException {
    Path file = folder.resolve("main.cf");
    List<String> lines = new ArrayList<>();
    settings.forEach((name, value) -> lines.add(name + " = " + value));
    return Files.write(file, lines);
  }

  /** How a message says where a parameter of the file is. */
  String line(String name) {
    return folder.resolve("main.cf")
        + ", line "
        + (List.copyOf(settings.keySet()).indexOf(name) + 1)
        + ": ";
  }

  /** Starts the site's server. */
  ServerProcess start(String... jvmOptions) throws IOException {
    return ServerProcess.start(mainCf(), jvmOptions);
  }

  /** Adds accounts, as {@code postroom user add} does: while the server runs, or while not. */
  void addAccounts(List<String> names) throws IOException {
    List<String> logins = names.stream().map(name -> name + "@" + DOMAIN).toList();
    try (Secret password = Secret.of(PASSWORD)) {
      Logins unused =
          MailServer.builder()
              .configuration(mainCf())
              .inside()
              .ask(UserOperations.ADD, new NewPassword(logins, password));
    }
  }
}
