package org.postroom.dist.applet.doveconf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.postroom.dist.config.dovecot.DovecotConf.Block;
import org.postroom.dist.config.dovecot.DovecotConf.Setting;
import org.postroom.dist.config.dovecot.DovecotNames;

/** Lines as doveconf(1) has them: sorted, values in one form, and blocks for some at the end. */
final class Shown {
  private static final String HIDDEN = "# hidden, use -P to show it";

  /** In the order in which they come. */
  private static final List<String> FOR_SOME = List.of("protocol", "remote", "local", "local_name");

  private static final Set<String> SECRETS =
      Set.of(
          "ssl_key",
          "ssl_alt_key",
          "ssl_client_key",
          "ssl_dh",
          "doveadm_api_key",
          "auth_policy_server_api_header");

  /** What a namespace has in any case. */
  private static final List<String> OF_NAMESPACES = List.of("location", "prefix");

  /** What blocks of passwords and users are where they say nothing; else it is nothing. */
  private static final Map<String, String> OF_PEOPLE =
      Map.of(
          "deny", "no",
          "pass", "no",
          "master", "no",
          "skip", "never",
          "auth_verbose", "default",
          "result_success", "return-ok",
          "result_failure", "continue",
          "result_internalfail", "continue");

  /** Names whose values are read as more than text, in blocks. */
  private static final Map<String, DovecotNames.Type> IN_BLOCKS =
      Map.ofEntries(
          Map.entry("port", DovecotNames.Type.NUMBER),
          Map.entry("client_limit", DovecotNames.Type.NUMBER),
          Map.entry("process_limit", DovecotNames.Type.NUMBER),
          Map.entry("process_min_avail", DovecotNames.Type.NUMBER),
          Map.entry("service_count", DovecotNames.Type.NUMBER),
          Map.entry("vsz_limit", DovecotNames.Type.SIZE),
          Map.entry("idle_kill", DovecotNames.Type.TIME),
          Map.entry("drop_priv_before_exec", DovecotNames.Type.BOOL),
          Map.entry("haproxy", DovecotNames.Type.BOOL),
          Map.entry("reuse_port", DovecotNames.Type.BOOL),
          Map.entry("autoexpunge", DovecotNames.Type.TIME),
          Map.entry("autoexpunge_max_mails", DovecotNames.Type.NUMBER),
          Map.entry("inbox", DovecotNames.Type.BOOL),
          Map.entry("hidden", DovecotNames.Type.BOOL),
          Map.entry("subscriptions", DovecotNames.Type.BOOL),
          Map.entry("disabled", DovecotNames.Type.BOOL),
          Map.entry("deny", DovecotNames.Type.BOOL),
          Map.entry("master", DovecotNames.Type.BOOL),
          Map.entry("pass", DovecotNames.Type.BOOL));

  private final DoveconfRequest asked;

  Shown(DoveconfRequest asked) {
    this.asked = asked;
  }

  /** Everything that is asked for. */
  List<String> all(Block root, boolean isNew) {
    Map<String, List<String>> sorted = new TreeMap<>();
    boolean onlyChanged = asked.has('n') || asked.has('N');
    for (DovecotNames.Row row : DovecotNames.all()) {
      Optional<Setting> said = asked.has('d') ? Optional.empty() : root.setting(row.name());
      boolean isShown =
          onlyChanged
              ? said.filter(one -> asked.has('N') || isChanged(one, row)).isPresent()
              : isNew || !row.isNew();
      if (isShown) {
        sorted.put(row.name(), List.of(line("", row.name(), row.type(), said, row.preset())));
      }
    }
    if (asked.has('d')) {
      return flat(sorted.values());
    }
    blocks(root, "", sorted, block -> !FOR_SOME.contains(block.type()));
    List<String> lines = new ArrayList<>(flat(sorted.values()));
    for (String type : FOR_SOME) {
      root.blocks(type).forEach(block -> lines.addAll(block(block, "")));
    }
    return lines;
  }

  private static boolean isChanged(Setting setting, DovecotNames.Row row) {
    return setting.file().isPresent()
        || !row.type().shown(setting.text()).equals(row.type().shown(row.preset()));
  }

  /** What a name means: settings, blocks, or a setting of a block by its path. */
  List<String> named(Block root, String name) {
    Optional<DovecotNames.Row> row = DovecotNames.find(name);
    if (row.isPresent()) {
      Optional<Setting> said = asked.has('d') ? Optional.empty() : root.setting(name);
      Setting setting =
          said.orElseGet(
              () -> new Setting(name, row.get().preset(), Optional.empty(), root.place()));
      return List.of(plain(name, setting, row.get().type()));
    }
    List<String> lines = new ArrayList<>();
    root.blocks(name).stream()
        .sorted(Comparator.comparing(Block::name))
        .forEach(block -> lines.addAll(block(block, "")));
    for (Block block : root.blocks()) {
      within(block, "", name, lines);
    }
    return lines;
  }

  private void within(Block block, String before, String name, List<String> lines) {
    String path = before + block.type() + (block.name().isEmpty() ? "" : "/" + block.name());
    for (Setting setting : block.settings()) {
      if (name.equals(path + "/" + setting.name())) {
        lines.add(plain(name, setting, type(block, setting.name())));
      }
    }
    if (block.type().equals("namespace")) {
      OF_NAMESPACES.stream()
          .filter(one -> name.equals(path + "/" + one) && block.setting(one).isEmpty())
          .map(one -> new Setting(one, "", Optional.empty(), block.place()))
          .forEach(setting -> lines.add(plain(name, setting, DovecotNames.Type.TEXT)));
    }
    if (name.equals(path) && !block.name().isEmpty()) {
      lines.addAll(block(block, ""));
    }
    block.blocks().forEach(inner -> within(inner, path + "/", name, lines));
  }

  /** Without quotes, as a program reads it. */
  private String plain(String name, Setting setting, DovecotNames.Type type) {
    String text = value(setting, type);
    return asked.has('h') ? text : name + " = " + text;
  }

  private List<String> block(Block block, String indent) {
    Map<String, List<String>> sorted = new TreeMap<>();
    String inner = indent + "  ";
    for (Setting setting : block.settings()) {
      if (!asked.has('N') && isUsual(block, setting)) {
        continue;
      }
      sorted.put(
          setting.name(),
          List.of(
              line(inner, setting.name(), type(block, setting.name()), Optional.of(setting), "")));
    }
    blocks(block, inner, sorted, one -> true);
    if (asked.has('N') && isOfPeople(block) && !sorted.isEmpty()) {
      sorted.put(
          "name",
          List.of(line(inner, "name", DovecotNames.Type.TEXT, Optional.empty(), block.name())));
    }
    if (block.type().equals("namespace") && !sorted.isEmpty()) {
      for (String name : OF_NAMESPACES) {
        sorted.putIfAbsent(
            name, List.of(line(inner, name, DovecotNames.Type.TEXT, Optional.empty(), "")));
      }
    }
    if (sorted.isEmpty()) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add(indent + title(block) + " {");
    lines.addAll(flat(sorted.values()));
    lines.add(indent + "}");
    return lines;
  }

  /** What a block of passwords or users is in any case is not said of it. */
  private static boolean isUsual(Block block, Setting setting) {
    String usual = OF_PEOPLE.getOrDefault(setting.name(), "");
    String text =
        IN_BLOCKS
            .getOrDefault(setting.name(), DovecotNames.Type.TEXT)
            .shown(setting.text())
            .orElse("");
    return isOfPeople(block) && setting.file().isEmpty() && text.equals(usual);
  }

  private static boolean isOfPeople(Block block) {
    return block.type().equals("passdb") || block.type().equals("userdb");
  }

  /** Blocks of one type stand together, sorted by name, or in their order where they have none. */
  private void blocks(
      Block around, String indent, Map<String, List<String>> sorted, Predicate<Block> which) {
    Map<String, List<Block>> byType = new LinkedHashMap<>();
    around.blocks().stream()
        .filter(which)
        .forEach(
            block -> byType.computeIfAbsent(block.type(), type -> new ArrayList<>()).add(block));
    byType.forEach(
        (type, blocks) -> {
          blocks.sort(Comparator.comparing(Block::name));
          List<String> lines = new ArrayList<>();
          blocks.forEach(block -> lines.addAll(block(block, indent)));
          if (!lines.isEmpty()) {
            sorted.put(type, lines);
          }
        });
  }

  private static String title(Block block) {
    if (block.name().isEmpty()) {
      return block.type();
    }
    boolean isQuoted = block.name().chars().anyMatch(c -> c == ' ' || c == '#' || c == '"');
    return block.type() + " " + (isQuoted ? quoted(block.name()) : block.name());
  }

  private static DovecotNames.Type type(Block block, String name) {
    if (FOR_SOME.contains(block.type())) {
      return DovecotNames.find(name).map(DovecotNames.Row::type).orElse(DovecotNames.Type.TEXT);
    }
    return block.type().equals("plugin") || block.type().equals("dict")
        ? DovecotNames.Type.TEXT
        : IN_BLOCKS.getOrDefault(name, DovecotNames.Type.TEXT);
  }

  private String line(
      String indent, String name, DovecotNames.Type type, Optional<Setting> said, String preset) {
    String text = said.map(setting -> value(setting, type)).orElse(preset);
    boolean isFile = said.flatMap(Setting::file).isPresent() && !asked.has('x');
    boolean isPlain = isFile || text.equals(HIDDEN);
    String shown = isPlain || !needsQuotes(text) ? text : quoted(text);
    return indent + (asked.has('h') ? shown : name + " = " + shown);
  }

  private String value(Setting setting, DovecotNames.Type type) {
    Path file = setting.file().orElse(null);
    if (isSecret(setting) && !asked.has('P') && (file != null || !setting.text().isEmpty())) {
      return HIDDEN;
    }
    if (file == null) {
      String text = type.shown(setting.text()).orElse(setting.text());
      return asked.has('P')
          ? text
          : text.replaceAll("(?<=^|\\s)(password=)\\S+", "$1#hidden_use-P_to_show#");
    }
    if (!asked.has('x')) {
      return "<" + file;
    }
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "<" + file;
    }
  }

  private static boolean isSecret(Setting setting) {
    String name = setting.name();
    return SECRETS.contains(name) || name.endsWith("_password");
  }

  private static boolean needsQuotes(String text) {
    return !text.isEmpty()
        && (text.indexOf('#') >= 0 || !text.strip().equals(text))
        && !text.contains("#hidden_use-P_to_show#");
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static List<String> flat(Collection<List<String>> lines) {
    return lines.stream().flatMap(List::stream).toList();
  }
}
