package org.postroom.dist.config.dovecot;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.report.Place;
import org.postroom.dist.config.dovecot.DovecotConf.Block;
import org.postroom.dist.config.dovecot.DovecotConf.Setting;

/** Who is known, by {@code passdb} and {@code userdb}: the parameter {@code account_sources}. */
final class People {
  private static final String SOURCES = "account_sources";
  private static final String SCHEME = "passdb_default_password_scheme";

  /** Those that would ask somebody whom this server does not ask, and what to do instead. */
  private static final Map<String, String> REFUSED =
      Map.of(
          "pam", "PAM is not asked; account_sources = system asks /etc/passwd and /etc/shadow",
          "bsdauth", "it is not asked; account_sources = system asks /etc/passwd and /etc/shadow",
          "ldap", "LDAP is not asked; account_sources says who is",
          "lua", "programs are not asked; account_sources says who is",
          "checkpassword", "programs are not asked; account_sources says who is",
          "imap", "no other server is asked; account_sources says who is",
          "oauth2", "the oauth2_ parameters say who checks tokens",
          "static", "everybody would be let in alike",
          "anonymous", "nobody is let in without a name",
          "gssapi", "Kerberos is not asked; account_sources says who is");

  /** What is so in any case, by its name, and for what is not, where it is left unsaid. */
  private static final Map<String, String> USUAL =
      Map.of(
          "deny", "no",
          "master", "no",
          "pass", "no",
          "skip", "never",
          "result_success", "return-ok",
          "result_failure", "continue",
          "result_internalfail", "continue",
          "mechanisms", "",
          "username_filter", "");

  private static final Set<String> FIELDS = Set.of("default_fields", "override_fields");

  private static final Set<String> READ =
      Set.of(
          "driver",
          "args",
          "passwd_file_path",
          "default_password_scheme",
          SCHEME,
          "auth_verbose",
          "name");

  private final Findings findings;

  People(Findings findings) {
    this.findings = findings;
  }

  /** What stands outside of the blocks. */
  static void global(Setting setting, Findings findings) {
    if (setting.name().equals(SCHEME)) {
      findings.set(SCHEME, setting.text(), setting.place());
    } else {
      findings.differs(
          setting.place(),
          setting.name(),
          "is not acted upon: a file that account_sources names says where the database is");
    }
  }

  void read(Block root) {
    List<Block> passwords = root.blocks("passdb");
    if (findings.isSaid(SOURCES)) {
      passwords.forEach(block -> switchedOff(block, block.title()));
      return;
    }
    List<String> sources = new ArrayList<>();
    for (Block block : passwords) {
      source(block).filter(source -> !sources.contains(source)).ifPresent(sources::add);
    }
    if (!sources.isEmpty()) {
      findings.set(SOURCES, String.join(", ", sources), passwords.get(0).place());
    }
    root.blocks("userdb").forEach(block -> user(block, sources));
  }

  private void switchedOff(Block block, String name) {
    findings.noEffect(block.place(), name, "account_sources of main.cf says who is known");
  }

  /** Others for a protocol or for some clients, which add to those for all, or keep people out. */
  void forSome(Block block, String name) {
    if (findings.isSaid(SOURCES)) {
      switchedOff(block, name);
    } else {
      findings.refuse(
          block.place(),
          name,
          "the same people may log in by all protocols and from everywhere here; remove it, or say"
              + " account_sources in main.cf, and no such block counts");
    }
  }

  /** The name of the block says what it is, in version 2.4 and where nothing else does. */
  private static String driver(Block block) {
    return block.setting("driver").map(Setting::text).orElse(block.name());
  }

  private static Place place(Block block, String name) {
    return block.setting(name).map(Setting::place).orElse(block.place());
  }

  private Optional<String> source(Block block) {
    String driver = driver(block);
    String name = "passdb " + driver;
    unusual(block, name);
    Place place = place(block, "driver");
    return switch (driver) {
      case "passwd-file" -> file(block, name);
      case "sql" -> sql(block, name);
      case "passwd", "shadow" -> Optional.of("system");
      case "" -> {
        findings.wrong(place, "passdb", "expected driver = passwd-file, sql, passwd or shadow");
        yield Optional.empty();
      }
      default -> {
        findings.refuse(
            place,
            name,
            REFUSED.getOrDefault(driver, "there is no such source of passwords")
                + "; say in main.cf who is known, and this block does not count");
        yield Optional.empty();
      }
    };
  }

  /** What changes who may log in, and is not there. */
  private void unusual(Block block, String name) {
    for (Setting setting : block.settings()) {
      String usual = USUAL.get(setting.name());
      if (FIELDS.contains(setting.name())) {
        for (String field : setting.text().strip().split("[ \t]+")) {
          field(field, name + ": " + setting.name(), setting.place());
        }
      } else if (usual != null) {
        if (!setting.text().equals(usual) && !setting.text().isEmpty()) {
          findings.refuse(
              setting.place(),
              name + ": " + setting.name(),
              "who may log in would be others than those that are meant; remove it"
                  + (usual.isEmpty() ? "" : ", which leaves it as " + usual));
        }
      } else if (!READ.contains(setting.name())) {
        findings.differs(setting.place(), name + ": " + setting.name(), "is not acted upon");
      }
    }
    for (Block inner : block.blocks()) {
      if (inner.type().equals("fields")) {
        inner
            .settings()
            .forEach(setting -> field(setting.name(), name + ": fields", setting.place()));
      } else {
        findings.differs(inner.place(), name + ": " + inner.title(), "is not acted upon");
      }
    }
  }

  /** One that all people get, as if it stood with each: {@code allow_nets=10.0.0.0/8}. */
  private void field(String field, String name, Place place) {
    if (field.startsWith("userdb_") || field.isEmpty()) {
      findings.differs(place, name, "is not acted upon");
    } else {
      findings.refuse(
          place,
          name,
          "who may log in, from where or as whom, would be others than those that are meant: "
              + field.replaceFirst("=.*", "")
              + " is obeyed of each person alone; remove it");
    }
  }

  private Optional<String> file(Block block, String name) {
    String path = block.text("passwd_file_path");
    for (String word : block.text("args").strip().split("[ \t]+")) {
      if (word.startsWith("scheme=")) {
        findings.set(SCHEME, word.substring("scheme=".length()), place(block, "args"));
      } else if (word.startsWith("username_format=")) {
        String format = word.substring("username_format=".length());
        if (!Set.of("%u", "%Lu").contains(format)) {
          findings.refuse(
              place(block, "args"),
              name,
              "names are looked up whole here, and not as "
                  + format
                  + "; auth_username_format says in what form all are");
        }
      } else if (!word.isEmpty()) {
        path = word;
      }
    }
    for (String scheme : List.of(SCHEME, "default_password_scheme")) {
      block
          .setting(scheme)
          .ifPresent(setting -> findings.set(SCHEME, setting.text(), setting.place()));
    }
    return path(block, name, path).map(file -> "passwd-file:" + file);
  }

  private Optional<String> sql(Block block, String name) {
    if (block.setting("query").isPresent() || block.text("args").isEmpty()) {
      findings.refuse(
          block.place(),
          name,
          "queries stand in a file of their own here, as driver, connect, password_query and"
              + " user_query; say account_sources = sql:/PATH in main.cf");
      return Optional.empty();
    }
    return path(block, name, block.text("args").strip()).map(file -> "sql:" + file);
  }

  private Optional<String> path(Block block, String name, String path) {
    if (!path.startsWith("/") || path.indexOf('%') >= 0 || path.indexOf(',') >= 0) {
      findings.wrong(
          place(block, "args"),
          name,
          "expected the whole path of a file, but found \"" + path + "\"");
      return Optional.empty();
    }
    return Optional.of(path);
  }

  /** Where mail of people lies, and as whom it is written: in the store. */
  private void user(Block block, List<String> sources) {
    String driver = driver(block);
    String name = "userdb " + driver;
    String path = block.text("args").strip().replaceAll(".*[ \t]", "");
    boolean isPassword =
        sources.contains(driver + ":" + path)
            || sources.contains(driver + ":" + block.text("passwd_file_path"));
    if (Set.of("static", "prefetch", "passwd").contains(driver) || isPassword) {
      findings.silent(block.place(), name);
    } else {
      findings.differs(block.place(), name, "is not asked: people are those whom passdb knows");
    }
  }
}
