package org.postroom.dist.config.dovecot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.postroom.core.config.KnownNames;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.Nearest;
import org.postroom.core.report.Place;
import org.postroom.core.report.Report;
import org.postroom.core.trouble.Reason;
import org.postroom.dist.config.dovecot.DovecotConf.Block;
import org.postroom.dist.config.dovecot.DovecotConf.Setting;

/**
 * What a dovecot.conf comes to here: parameters, as main.cf would have them, and what there is to
 * say. A setting means what its name means in main.cf, where it is obeyed or stands in the table of
 * names that are not; what differs, and what blocks mean, is said here.
 *
 * @param entries parameters that main.cf does not say
 * @param report about lines, blocks and names; values are judged with those of main.cf
 */
public record DovecotSettings(List<MainCf.Entry> entries, Report report) {

  /** No dovecot.conf. */
  public static final DovecotSettings NONE =
      new DovecotSettings(List.of(), new Report(List.of(), List.of()));

  /** Names of both systems: main.cf says what they are here. */
  private static final Set<String> OF_POSTFIX =
      Set.of(
          "default_process_limit",
          "import_environment",
          "recipient_delimiter",
          "sendmail_path",
          "syslog_facility");

  private static final Set<String> WITHOUT_MEANING =
      Set.of("default_process_limit", "import_environment", "sendmail_path");

  private static final Set<String> MECHANISMS =
      Set.of("plain", "login", "scram-sha-256", "oauthbearer", "xoauth2");

  /** What somebody who may not read or send asks for, so that nothing is opened by mistake. */
  private static final Set<String> GUARDS =
      Set.of(
          "ssl",
          "disable_plaintext_auth",
          "auth_allow_cleartext",
          "auth_mechanisms",
          "auth_ssl_require_client_cert");

  public DovecotSettings {
    entries = List.copyOf(entries);
  }

  /**
   * Finds it out.
   *
   * @param declared names of parameters that are acted upon
   * @param main which counts where both say something
   * @param smtpByMaster whether a master.cf says where SMTP listens
   */
  public static DovecotSettings of(
      DovecotConf conf, Set<String> declared, MainCf main, boolean smtpByMaster) {
    Findings findings = new Findings(declared, main);
    Block root = conf.isNewDialect() ? NewDialect.asBefore(conf.root()) : conf.root();
    new Reading(findings, root, smtpByMaster).read();
    return new DovecotSettings(findings.entries(), findings.report(conf.report()));
  }

  /** A setting whose value a file has may have it in lines. */
  static Optional<String> text(Setting setting, Findings findings) {
    Path file = setting.file().orElse(null);
    if (file == null) {
      return Optional.of(setting.text());
    }
    try {
      if (Files.size(file) > 65_536) {
        findings.wrong(setting.place(), setting.name(), file + " is longer than 65536 octets");
        return Optional.empty();
      }
      return Optional.of(Files.readString(file).strip());
    } catch (IOException e) {
      findings.wrong(
          setting.place(), setting.name(), "cannot read " + file + ": " + Reason.text(e));
      return Optional.empty();
    }
  }

  private static final class Reading {
    private final Findings findings;
    private final Block root;
    private final boolean smtpByMaster;
    private final Set<String> known = new TreeSet<>();
    private final Map<String, KnownNames.Entry> notObeyed = new HashMap<>();

    Reading(Findings findings, Block root, boolean smtpByMaster) {
      this.findings = findings;
      this.root = root;
      this.smtpByMaster = smtpByMaster;
      DovecotNames.all().forEach(row -> known.add(row.name()));
      KnownNames.of(KnownNames.DOVECOT).forEach(entry -> notObeyed.put(entry.name(), entry));
      known.addAll(notObeyed.keySet());
    }

    void read() {
      new People(findings).read(root);
      new Doors(findings, smtpByMaster).read(root);
      certificate();
      root.settings().forEach(this::setting);
      root.blocks().forEach(this::block);
    }

    private void setting(Setting setting) {
      String name = setting.name();
      switch (name) {
        case "protocols", "ssl_cert", "ssl_key", "ssl_server_cert_file", "ssl_server_key_file" -> {}
        case "ssl" -> tls(setting);
        case "disable_plaintext_auth" -> {
          if (!isTlsRequired()) {
            pass(setting);
          }
        }
        case "auth_allow_cleartext" -> cleartext(setting);
        case "auth_mechanisms" -> mechanisms(setting);
        case "mail_max_userip_connections" -> {
          pass(setting);
          findings.set("pop3_max_userip_connections", setting.text(), setting.place());
        }
        case "passdb_default_password_scheme", "sql_driver" -> People.global(setting, findings);
        default -> {
          if (OF_POSTFIX.contains(name)) {
            ofPostfix(setting);
          } else if (known.contains(name)) {
            pass(setting);
          } else {
            findings.unknown(setting.place(), name, Nearest.hint(name, known));
          }
        }
      }
    }

    /** The same parameter, or the same note, as if it stood in main.cf. */
    private void pass(Setting setting) {
      DovecotNames.Type type =
          DovecotNames.find(setting.name())
              .map(DovecotNames.Row::type)
              .orElse(DovecotNames.Type.TEXT);
      Optional<String> text = text(setting, findings);
      if (text.isEmpty()) {
        return;
      }
      Optional<String> value = type.ours(text.get());
      if (value.isEmpty()) {
        findings.wrong(
            setting.place(),
            setting.name(),
            "expected " + type.expected() + ", but found \"" + text.get() + "\"");
      } else {
        findings.set(setting.name(), asDefault(setting.name(), value.get()), setting.place());
      }
    }

    /** As the table of names writes it, where it is what nothing set amounts to. */
    private String asDefault(String name, String value) {
      Optional<DovecotNames.Row> row = DovecotNames.find(name);
      boolean isDefault =
          row.isPresent()
              && row.get().type().ours(row.get().preset()).filter(value::equals).isPresent();
      return isDefault
          ? Optional.ofNullable(notObeyed.get(name))
              .map(KnownNames.Entry::preset)
              .filter(preset -> !preset.isEmpty())
              .orElse(value)
          : value;
    }

    private void ofPostfix(Setting setting) {
      String preset = DovecotNames.find(setting.name()).map(DovecotNames.Row::preset).orElse("");
      if (WITHOUT_MEANING.contains(setting.name())) {
        findings.silent(setting.place(), setting.name());
      } else if (!setting.text().equals(preset)) {
        findings.noEffect(setting.place(), setting.name(), "main.cf says it");
      }
    }

    private void tls(Setting setting) {
      switch (setting.text().toLowerCase(Locale.ROOT)) {
        case "required" -> {
          findings.set("disable_plaintext_auth", "yes", setting.place());
          findings.differs(
              setting.place(),
              "ssl",
              "= required is so for passwords, but for connections of this machine itself; a log-in"
                  + " that sends none, by scram-sha-256, may do without TLS");
        }
        case "no" ->
            findings.differs(
                setting.place(),
                "ssl",
                "= no takes away the ports of imaps and pop3s; TLS is offered at the others all the"
                    + " same");
        case "yes" -> {}
        default ->
            findings.wrong(
                setting.place(),
                "ssl",
                "expected yes, no or required, but found \"" + setting.text() + "\"");
      }
    }

    private void cleartext(Setting setting) {
      Optional<Boolean> allowed = DovecotNames.Type.truth(setting.text());
      if (allowed.isEmpty()) {
        findings.wrong(
            setting.place(),
            setting.name(),
            "expected yes or no, but found \"" + setting.text() + "\"");
      } else if (!isTlsRequired()) {
        findings.set("disable_plaintext_auth", allowed.get() ? "no" : "yes", setting.place());
      }
    }

    /** Then nothing else is said of passwords without it. */
    private boolean isTlsRequired() {
      return root.text("ssl").equalsIgnoreCase("required");
    }

    private static List<String> mechanisms(String text) {
      return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[ \t]+"))
          .filter(word -> !word.isEmpty())
          .toList();
    }

    private void mechanisms(Setting setting) {
      List<String> words = mechanisms(setting.text());
      List<String> here = words.stream().filter(MECHANISMS::contains).toList();
      List<String> others = words.stream().filter(word -> !MECHANISMS.contains(word)).toList();
      if (here.isEmpty()) {
        findings.wrong(
            setting.place(),
            setting.name(),
            "nobody could log in: of \""
                + setting.text()
                + "\" no mechanism is there; expected one"
                + " of scram-sha-256, plain, login, oauthbearer and xoauth2");
        return;
      }
      if (!others.isEmpty()) {
        findings.differs(
            setting.place(), setting.name(), "is without " + String.join(", ", others));
      }
      findings.set(setting.name(), String.join(" ", here), setting.place());
    }

    private void certificate() {
      Optional<Setting> cert =
          root.setting("ssl_server_cert_file").or(() -> root.setting("ssl_cert"));
      Optional<Setting> key = root.setting("ssl_server_key_file").or(() -> root.setting("ssl_key"));
      if (findings.isSaid("smtpd_tls_cert_file") || findings.isSaid("smtpd_tls_key_file")) {
        cert.ifPresent(
            setting ->
                findings.noEffect(
                    setting.place(),
                    setting.name(),
                    "smtpd_tls_cert_file and smtpd_tls_key_file of main.cf say which certificate is"
                        + " shown"));
        return;
      }
      cert.ifPresent(setting -> path(setting, "smtpd_tls_cert_file"));
      key.ifPresent(setting -> path(setting, "smtpd_tls_key_file"));
    }

    private void path(Setting setting, String name) {
      boolean isFile = setting.name().endsWith("_file");
      Optional<Path> file = setting.file();
      if (isFile && file.isEmpty() && !setting.text().startsWith("inline:")) {
        findings.set(name, setting.text(), setting.place());
      } else if (!isFile && file.isPresent()) {
        findings.set(name, file.get().toString(), setting.place());
      } else if (!setting.text().isEmpty() || file.isPresent()) {
        findings.wrong(
            setting.place(),
            setting.name(),
            isFile ? "expected the path of a file" : "expected </PATH, the path of a file");
      }
    }

    private void block(Block block) {
      switch (block.type()) {
        case "passdb", "userdb", "service" -> {} // of People and Doors
        case "protocol" -> protocol(block);
        case "namespace" -> new Namespaces(findings).read(block);
        case "plugin" -> block.settings().forEach(this::plugin);
        case "quota" -> quota(block);
        case "remote", "local", "local_name" -> forSome(block);
        case "dict",
            "dict_server",
            "event_exporter",
            "metric",
            "acl",
            "fts",
            "sieve_script",
            "imapc_list_prefix" -> {
          each(block, "");
        }
        case "pgsql", "mysql", "sqlite" ->
            findings.differs(
                block.place(),
                block.title(),
                "is not acted upon: a file that account_sources names says where the database is");
        default ->
            findings.unknown(
                block.place(),
                block.title() + " { }",
                Nearest.hint(
                    block.type(), List.of("passdb", "userdb", "service", "protocol", "namespace")));
      }
    }

    private void each(Block block, String before) {
      String path = before + block.type() + (block.name().isEmpty() ? "" : "/" + block.name());
      block
          .settings()
          .forEach(
              setting ->
                  findings.noEffect(
                      setting.place(),
                      path + "/" + setting.name(),
                      "this server has no part for it"));
      block.blocks().forEach(inner -> each(inner, path + "/"));
    }

    /** What holds for one protocol alone: a parameter of that protocol's, where there is one. */
    private void protocol(Block block) {
      for (Setting setting : block.settings()) {
        String name = setting.name();
        boolean isItsOwn = name.startsWith(block.name() + "_");
        boolean isOfMailboxes = name.equals("mail_max_userip_connections");
        if (isOfMailboxes && block.name().equals("pop3")) {
          findings.set("pop3_max_userip_connections", setting.text(), setting.place());
        } else if (isItsOwn || isOfMailboxes && block.name().equals("imap")) {
          setting(setting);
        } else if (name.equals("login_greeting")
            && findings.isDeclared(block.name() + "_greeting")) {
          findings.set(block.name() + "_greeting", setting.text(), setting.place());
        } else {
          ofSome(block, setting);
        }
      }
      block.blocks().forEach(inner -> within(inner, "protocol/" + block.name() + "/"));
    }

    /** A block in one for a protocol or for some clients. */
    private void within(Block block, String before) {
      switch (block.type()) {
        case "passdb" -> new People(findings).forSome(block, before + block.title());
        case "protocol", "remote", "local", "local_name" -> forSome(block);
        default -> each(block, before);
      }
    }

    private void partOf(Block block, Setting setting) {
      String name = block.type() + "/" + block.name() + "/" + setting.name();
      Optional<KnownNames.Entry> entry = Optional.ofNullable(notObeyed.get(setting.name()));
      if (entry.isEmpty() && !known.contains(setting.name())) {
        findings.unknown(setting.place(), name, Nearest.hint(setting.name(), known));
        return;
      }
      String note = entry.map(KnownNames.Entry::note).orElse("");
      switch (entry.map(one -> one.paramClass().letter()).orElse('W')) {
        case 'S' -> findings.silent(setting.place(), name);
        case 'N' -> findings.noEffect(setting.place(), name, note);
        default ->
            findings.differs(
                setting.place(),
                name,
                "is not acted upon: what stands outside of the block holds for all");
      }
    }

    /** Other settings for some clients, addresses or names: not there. */
    private void forSome(Block block) {
      block.settings().forEach(setting -> ofSome(block, setting));
      block.blocks().forEach(inner -> within(inner, block.type() + "/" + block.name() + "/"));
    }

    private void ofSome(Block block, Setting setting) {
      if (GUARDS.contains(setting.name()) && isStricter(setting)) {
        findings.refuse(
            setting.place(),
            block.title() + ": " + setting.name(),
            "settings hold for all clients alike here, and this would be less strict for these;"
                + " say it outside of the block, or remove it");
      } else {
        partOf(block, setting);
      }
    }

    private boolean isStricter(Setting setting) {
      String outside = root.text(setting.name());
      boolean isOn = DovecotNames.Type.truth(setting.text()).orElse(false);
      return switch (setting.name()) {
        case "ssl" -> setting.text().equalsIgnoreCase("required") && !isTlsRequired();
        case "disable_plaintext_auth" ->
            isOn && !DovecotNames.Type.truth(outside).orElse(true) && !isTlsRequired();
        case "auth_allow_cleartext" ->
            !isOn && DovecotNames.Type.truth(outside).orElse(false) && !isTlsRequired();
        case "auth_mechanisms" ->
            !mechanisms(setting.text())
                .containsAll(mechanisms(outside.isEmpty() ? "plain" : outside));
        case "auth_ssl_require_client_cert" -> isOn;
        default -> false;
      };
    }

    /** A plugin's: a parameter of the same name, where there is one. */
    private void plugin(Setting setting) {
      if (findings.isDeclared(setting.name()) && !OF_POSTFIX.contains(setting.name())) {
        findings.set(setting.name(), setting.text(), setting.place());
      } else {
        findings.differs(
            setting.place(), "plugin/" + setting.name(), "is not acted upon: there are no plugins");
      }
    }

    /** Version 2.4 writes {@code quota "User" { storage_size = 1G }}. */
    private void quota(Block block) {
      for (Setting setting : block.settings()) {
        String own =
            setting.name().startsWith("quota_") ? setting.name() : "quota_" + setting.name();
        if (findings.isDeclared(own)) {
          findings.set(own, setting.text(), setting.place());
        } else {
          findings.differs(
              setting.place(), block.title() + ": " + setting.name(), "is not acted upon");
        }
      }
      block.blocks().forEach(inner -> each(inner, "quota/"));
    }
  }

  /** What version 2.4 writes otherwise, written as 2.3 has it. */
  private static final class NewDialect {
    private static final Set<String> LISTS =
        Set.of("protocols", "auth_mechanisms", "mail_plugins", "login_trusted_networks");

    static Block asBefore(Block root) {
      Map<String, Setting> settings = new LinkedHashMap<>();
      root.settings().forEach(setting -> settings.put(setting.name(), setting));
      List<Block> blocks = new ArrayList<>();
      for (Block block : root.blocks()) {
        if (LISTS.contains(block.type())) {
          String words =
              block.settings().stream()
                  .filter(one -> DovecotNames.Type.truth(one.text()).orElse(false))
                  .map(Setting::name)
                  .collect(Collectors.joining(" "));
          settings.put(
              block.type(), new Setting(block.type(), words, Optional.empty(), block.place()));
        } else if (block.name().isEmpty() && isPrefix(block)) {
          for (Setting one : block.settings()) {
            String whole = block.type() + "_" + one.name();
            settings.put(whole, new Setting(whole, one.text(), one.file(), one.place()));
          }
        } else {
          blocks.add(block);
        }
      }
      return new Block("", "", List.copyOf(settings.values()), blocks, root.place());
    }

    /** {@code ssl_server { cert_file = … }} is {@code ssl_server_cert_file}. */
    private static boolean isPrefix(Block block) {
      return !block.settings().isEmpty()
          && block.settings().stream()
              .allMatch(one -> DovecotNames.find(block.type() + "_" + one.name()).isPresent());
    }
  }

  /** Where what a setting says is said, for lines that are made of several. */
  static Place first(List<Setting> settings, Place otherwise) {
    return settings.isEmpty() ? otherwise : settings.get(0).place();
  }
}
