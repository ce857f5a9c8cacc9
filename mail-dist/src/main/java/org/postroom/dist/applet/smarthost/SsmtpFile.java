package org.postroom.dist.applet.smarthost;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.privacy.Privacy;
import org.postroom.core.secret.Secret;
import org.postroom.core.trouble.Reason;

/**
 * What sSMTP's files say: ssmtp.conf, and revaliases beside it, with other senders and servers of
 * this machine's users. Unlike sSMTP, a server under TLS must show a certificate for its name.
 */
final class SsmtpFile {
  private static final Set<String> WITHOUT_MEANING =
      Set.of("fromlineoverride", "minuserid", "debug", "rewritedomain", "hostname");

  private static final Set<String> OBEYED =
      Set.of(
          "root",
          "mailhub",
          "usetls",
          "usestarttls",
          "authuser",
          "authpass",
          "authmethod",
          "tls_ca_file");

  private final Map<String, Setting> settings = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private final Path file;
  private final Path home;

  /**
   * Reads it.
   *
   * @throws BadClientFile with what is wrong
   */
  SsmtpFile(Path file, Path home) {
    this.file = file;
    this.home = home;
    int number = 0;
    for (String text : lines(file)) {
      number++;
      String line = text.strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        set(line, number);
      }
    }
    if (settings.containsKey("authpass")) {
      Privacy.faultOfSecret(file, file + ", which holds a password,")
          .ifPresent(
              fault -> {
                throw new BadClientFile(fault);
              });
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, UTF_8);
    } catch (IOException e) {
      throw new BadClientFile(file + " cannot be read: " + Reason.text(e));
    }
  }

  private void set(String line, int number) {
    String[] parts = line.split("[=\\s]+", 2);
    Setting setting =
        new Setting(
            parts[0].toLowerCase(Locale.ROOT),
            parts.length < 2 ? "" : parts[1].strip(),
            file,
            number);
    if (OBEYED.contains(setting.name())
        || setting.name().equals("rewritedomain")
        || setting.name().equals("hostname")) {
      settings.put(setting.name(), setting);
    } else if (WITHOUT_MEANING.contains(setting.name())) {
      notes.add(file + ", line " + number + ": " + parts[0] + " has no effect");
    } else {
      throw setting.fault("nobody obeys such a keyword here");
    }
  }

  /** What was said that has no effect. */
  List<String> notes() {
    return List.copyOf(notes);
  }

  /** By which server a user's mail goes. */
  ClientAccount account(String user) {
    Optional<String[]> other = other(user);
    Setting hub = settings.get("mailhub");
    String where = other.filter(one -> one.length > 2).map(one -> one[2]).orElse("");
    if (where.isEmpty()) {
      where = hub == null || hub.value().isEmpty() ? "mail" : hub.value();
    }
    String[] place = where.split(":", 2);
    boolean starts = is("usestarttls");
    boolean tls = is("usetls") || starts;
    int port = tls && !starts ? 465 : 25;
    if (place.length > 1) {
      port = new Setting("mailhub", place[1], file, hub == null ? 0 : hub.line()).number(1, 65_535);
    }
    return new ClientAccount(
        "default",
        place[0],
        port,
        other.map(one -> one[1]),
        text("rewritedomain"),
        text("hostname"),
        login(),
        new ClientAccount.Safety(
            tls,
            tls && !starts,
            true,
            Optional.ofNullable(settings.get("tls_ca_file")).map(one -> one.path(home))),
        Optional.empty(),
        Optional.empty(),
        text("root").map(address -> Aliases.of("root", address)).orElse(Aliases.NONE));
  }

  /** {@code user:sender:server:port}, of revaliases. */
  private Optional<String[]> other(String user) {
    Path revaliases = file.resolveSibling("revaliases");
    if (!Files.exists(revaliases)) {
      return Optional.empty();
    }
    return lines(revaliases).stream()
        .map(String::strip)
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split(":", 3))
        .filter(parts -> parts.length > 1 && parts[0].equals(user))
        .findFirst();
  }

  private boolean is(String name) {
    Setting setting = settings.get(name);
    return setting != null && setting.isOn();
  }

  private Optional<String> text(String name) {
    return Optional.ofNullable(settings.get(name))
        .map(Setting::value)
        .filter(value -> !value.isEmpty());
  }

  private Optional<ClientAccount.Login> login() {
    Setting password = settings.get("authpass");
    if (password == null) {
      return Optional.empty();
    }
    String user =
        text("authuser").orElseThrow(() -> password.fault("there is no AuthUser to log in as"));
    return Optional.of(
        new ClientAccount.Login(user, Secret.of(password.value()), text("authmethod")));
  }
}
