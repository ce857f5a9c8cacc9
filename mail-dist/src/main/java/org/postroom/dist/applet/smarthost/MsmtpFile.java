package org.postroom.dist.applet.smarthost;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
 * What msmtp's files say: named accounts, each with a server. A later account of the same name, in
 * the user's own file, stands in the place of the system's.
 */
final class MsmtpFile {
  private static final int LONGEST_PATIENCE = 3600;

  private static final Set<String> OBEYED =
      Set.of(
          "host",
          "port",
          "from",
          "user",
          "password",
          "passwordeval",
          "auth",
          "tls",
          "tls_starttls",
          "tls_trust_file",
          "tls_certcheck",
          "logfile",
          "aliases",
          "domain",
          "maildomain",
          "timeout");

  /** They change nothing that mail depends on. */
  private static final Set<String> WITHOUT_MEANING =
      Set.of(
          "syslog",
          "protocol",
          "auto_from",
          "keepbcc",
          "remove_bcc_headers",
          "undisclosed_recipients",
          "add_missing_from_header",
          "add_missing_date_header",
          "set_from_header",
          "set_date_header",
          "set_msgid_header",
          "allow_from_override",
          "from_full_name",
          "tls_priorities",
          "tls_min_dh_prime_bits",
          "connect_timeout");

  /** Who has them expects what is not done here. */
  private static final Set<String> NOT_OBEYED =
      Set.of(
          "dsn_notify",
          "dsn_return",
          "eval",
          "ntlmdomain",
          "proxy_host",
          "proxy_port",
          "socket",
          "source_ip",
          "tls_cert_file",
          "tls_crl_file",
          "tls_fingerprint",
          "tls_host_override",
          "tls_key_file");

  private final Map<String, Map<String, Setting>> accounts = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private final Path home;

  /** Says nothing yet. */
  MsmtpFile(Path home) {
    this.home = home;
  }

  /**
   * Reads one more.
   *
   * @throws BadClientFile with what is wrong
   */
  void read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, UTF_8);
    } catch (IOException e) {
      throw new BadClientFile(file + " cannot be read: " + Reason.text(e));
    }
    read(file, lines);
  }

  /**
   * Reads one that nobody has named; where that cannot be done, it is passed over, with a note.
   *
   * @return whether it was read
   */
  boolean readFound(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, UTF_8);
    } catch (CharacterCodingException e) {
      throw new BadClientFile(file + " is not in UTF-8: " + Reason.text(e));
    } catch (IOException e) {
      notes.add(file + " cannot be read, and is passed over: " + Reason.text(e));
      return false;
    }
    read(file, lines);
    return true;
  }

  private void read(Path file, List<String> lines) {
    Map<String, Setting> defaults = new LinkedHashMap<>();
    Map<String, Setting> current = defaults;
    int number = 0;
    for (String text : lines) {
      number++;
      String line = text.strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String[] words = line.split("\\s+", 2);
      String value = words.length < 2 ? "" : unquoted(words[1].strip());
      Setting setting = new Setting(words[0].toLowerCase(Locale.ROOT), value, file, number);
      switch (setting.name()) {
        case "defaults" -> {
          defaults = new LinkedHashMap<>();
          current = defaults;
        }
        case "account" -> current = account(setting, defaults);
        default -> set(current, setting);
      }
    }
    if (lines.stream().anyMatch(line -> line.strip().matches("(?i)password\\s.*"))) {
      Privacy.faultOfSecret(file, file + ", which holds a password,")
          .ifPresent(
              fault -> {
                throw new BadClientFile(fault);
              });
    }
  }

  private static String unquoted(String value) {
    return value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
        ? value.substring(1, value.length() - 1)
        : value;
  }

  /** {@code account NAME}, or {@code account NAME : OTHER, OTHER}. */
  private Map<String, Setting> account(Setting line, Map<String, Setting> defaults) {
    String[] parts = line.value().split(":", 2);
    String name = parts[0].strip();
    if (!name.matches("[^\\s:,]+")) {
      throw line.fault("expected a name, or a name : another account");
    }
    Map<String, Setting> settings = new LinkedHashMap<>(defaults);
    if (parts.length == 2) {
      for (String other : parts[1].split(",")) {
        Map<String, Setting> of = accounts.get(other.strip());
        if (of == null) {
          throw line.fault("there is no account " + other.strip() + " above");
        }
        settings.putAll(of);
      }
    }
    accounts.put(name, settings);
    return settings;
  }

  private void set(Map<String, Setting> current, Setting setting) {
    if (WITHOUT_MEANING.contains(setting.name())) {
      if (setting.name().equals("protocol") && !setting.value().equals("smtp")) {
        throw setting.fault("expected smtp");
      }
      boolean changesMail =
          switch (setting.name()) {
            case "undisclosed_recipients" -> setting.value().isEmpty() || setting.isOn();
            case "allow_from_override" -> !setting.value().isEmpty() && !setting.isOn();
            default -> false;
          };
      if (changesMail) {
        throw setting.fault("is not obeyed here");
      }
      notes.add(
          setting.file() + ", line " + setting.line() + ": " + setting.name() + " has no effect");
    } else if (NOT_OBEYED.contains(setting.name())) {
      throw setting.fault("is not obeyed here");
    } else if (OBEYED.contains(setting.name())) {
      current.put(setting.name(), setting);
    } else {
      throw setting.fault("nobody knows such a keyword");
    }
  }

  /** What was said that has no effect. */
  List<String> notes() {
    return List.copyOf(notes);
  }

  /**
   * The account that is meant.
   *
   * @param name that was said
   * @param sender of the mail, if it is known: else the account that has it counts
   * @throws BadClientFile when there is none, or it cannot be obeyed
   */
  ClientAccount account(Optional<String> name, Optional<String> sender) {
    String chosen = name.or(() -> sender.flatMap(this::of)).orElse("default");
    Map<String, Setting> settings = accounts.get(chosen);
    if (settings == null) {
      throw new BadClientFile(
          "there is no account " + chosen + " among " + String.join(", ", accounts.keySet()));
    }
    return account(chosen, settings);
  }

  /** The account that sends as somebody; {@code *} in its address stands for anything. */
  private Optional<String> of(String sender) {
    for (Map.Entry<String, Map<String, Setting>> account : accounts.entrySet()) {
      Setting from = account.getValue().get("from");
      if (from != null && matches(from.value(), sender)) {
        return Optional.of(account.getKey());
      }
    }
    return Optional.empty();
  }

  private static boolean matches(String pattern, String sender) {
    StringBuilder expression = new StringBuilder();
    for (String part : pattern.toLowerCase(Locale.ROOT).split("\\*", -1)) {
      expression.append(expression.length() == 0 ? "" : ".*").append("\\Q").append(part);
      expression.append("\\E");
    }
    return sender.toLowerCase(Locale.ROOT).matches(expression.toString());
  }

  private ClientAccount account(String name, Map<String, Setting> settings) {
    Setting host = settings.get("host");
    if (host == null || host.value().isEmpty()) {
      throw new BadClientFile("account " + name + " has no host");
    }
    boolean tls = is(settings, "tls", false);
    boolean first = tls && !is(settings, "tls_starttls", true);
    Setting port = settings.get("port");
    return new ClientAccount(
        name,
        host.value(),
        port == null ? (first ? 465 : 25) : port.number(1, 65_535),
        text(settings, "from").filter(from -> !from.contains("*")),
        text(settings, "maildomain"),
        text(settings, "domain"),
        login(name, settings),
        new ClientAccount.Safety(tls, first, is(settings, "tls_certcheck", true), trust(settings)),
        Optional.ofNullable(settings.get("timeout"))
            .filter(time -> !time.value().equals("off"))
            .map(time -> Duration.ofSeconds(time.number(1, LONGEST_PATIENCE))),
        Optional.ofNullable(settings.get("logfile"))
            .filter(file -> !file.value().equals("-"))
            .map(file -> file.path(home)),
        Optional.ofNullable(settings.get("aliases"))
            .map(file -> Aliases.read(file.path(home)))
            .orElse(Aliases.NONE));
  }

  private Optional<Path> trust(Map<String, Setting> settings) {
    return Optional.ofNullable(settings.get("tls_trust_file"))
        .filter(file -> !file.value().isEmpty() && !file.value().equals("system"))
        .map(
            file -> {
              Path path = file.path(home);
              if (!Files.isReadable(path)) {
                throw file.fault(path + " cannot be read");
              }
              return path;
            });
  }

  private static boolean is(Map<String, Setting> settings, String name, boolean preset) {
    Setting setting = settings.get(name);
    return setting == null ? preset : setting.value().isEmpty() || setting.isOn();
  }

  private static Optional<String> text(Map<String, Setting> settings, String name) {
    return Optional.ofNullable(settings.get(name))
        .map(Setting::value)
        .filter(value -> !value.isEmpty());
  }

  private static Optional<ClientAccount.Login> login(String name, Map<String, Setting> settings) {
    Setting auth = settings.get("auth");
    if (auth == null || auth.value().equals("off")) {
      return Optional.empty();
    }
    String user =
        text(settings, "user")
            .orElseThrow(() -> auth.fault("account " + name + " has no user to log in as"));
    Setting password = settings.get("password");
    Setting program = settings.get("passwordeval");
    Secret secret;
    if (password != null) {
      secret = Secret.of(password.value());
    } else if (program != null) {
      secret = PasswordProgram.ask(program);
    } else {
      throw auth.fault("account " + name + " has neither password nor passwordeval");
    }
    boolean any = auth.value().isEmpty() || auth.value().equals("on");
    return Optional.of(
        new ClientAccount.Login(user, secret, any ? Optional.empty() : Optional.of(auth.value())));
  }
}
