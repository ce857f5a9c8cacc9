package org.postroom.dist.applet.manual;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A page for the program and one for each of its commands, section 1. Commands of other mail
 * systems have pages of their own names, because that is how they are called and looked up; the
 * others are {@code postroom-serve} and so on, and their own commands stand on the same page.
 */
public final class Manual {
  private static final int SECTION = 1;

  /** What does not fit into one line of a list of pages. */
  private static final int LONG = 120;

  /** Names that sendmail is called by, too. */
  private static final List<String> OF_SENDMAIL = List.of("mailq", "newaliases");

  private static final Map<String, String> FILES =
      Map.of(
          "/etc/postroom/main.cf", "The configuration, where Postroom came as a package.",
          "/var/lib/postroom", "The store there: mail, accounts, the queue.",
          "/var/spool/postroom/maildrop", "Mail that sendmail has left for the server there.");

  private static final Map<Integer, String> STATUSES =
      Map.of(
          0, "Done.",
          64, "The call is wrong.",
          65, "What was asked for cannot be done, because of what was asked for.",
          69, "No server runs, or it cannot be reached.",
          70, "A fault of the program.",
          75, "Not now: a later try may succeed.",
          77, "Not allowed.",
          78, "The configuration is wrong: each fault is named with file and line.");

  private final CommandSpec program;
  private final Set<String> foreign;
  private final String version;

  /**
   * Of a program.
   *
   * @param foreign names of its commands that are those of other mail systems
   */
  public Manual(CommandSpec program, List<String> foreign) {
    this.program = program;
    this.foreign = new LinkedHashSet<>(foreign);
    this.version = String.join(" ", program.version());
  }

  /** The pages by their names, each as troff reads it. */
  public Map<String, String> pages() {
    Map<String, String> pages = new LinkedHashMap<>();
    pages.put(program.name(), ofProgram());
    program
        .subcommands()
        .forEach((name, command) -> pages.put(page(name), ofCommand(command.getCommandSpec())));
    for (String other : OF_SENDMAIL) {
      pages.put(other, ".so man" + SECTION + "/sendmail." + SECTION + "\n");
    }
    return pages;
  }

  private String page(String command) {
    return foreign.contains(command) ? command : program.name() + "-" + command;
  }

  private String ofProgram() {
    Troff page = begin(program.name(), program);
    page.section("SYNOPSIS").bold(program.name() + " COMMAND [OPTION ...] [WORD ...]");
    page.section("DESCRIPTION");
    describe(page, program);
    page.paragraph().line("Each command has a page of its own, and says the same by --help.");
    page.section("COMMANDS");
    program
        .subcommands()
        .forEach((name, command) -> page.item(name, summary(command.getCommandSpec())));
    page.section("EXIT STATUS");
    new TreeMap<>(STATUSES).forEach((status, means) -> page.item(status.toString(), means));
    page.section("ENVIRONMENT")
        .item("POSTROOM_JAVA_OPTS", "More options for the JVM, such as -Xmx512m.")
        .item("JAVA_HOME", "The Java to run on; 17 or later.")
        .item("MAIL_CONFIG", "The main.cf, or its folder, for commands of other mail systems.");
    page.section("FILES");
    new TreeMap<>(FILES).forEach(page::item);
    List<String> others = program.subcommands().keySet().stream().map(this::page).toList();
    return page.seeAlso(others, SECTION).toString();
  }

  private String ofCommand(CommandSpec command) {
    String name = page(command.name());
    Troff page = begin(name, command);
    page.section("SYNOPSIS");
    synopsis(page, command);
    page.section("DESCRIPTION");
    describe(page, command);
    arguments(page, command);
    if (!command.subcommands().isEmpty()) {
      page.section("COMMANDS");
      command.subcommands().forEach((sub, line) -> below(page, sub, line.getCommandSpec()));
    }
    return page.seeAlso(List.of(program.name()), SECTION).toString();
  }

  /** What a command has of its own, and what those have in turn. */
  private void below(Troff page, String called, CommandSpec command) {
    page.subsection(called);
    synopsis(page, command);
    page.paragraph();
    describe(page, command);
    items(page, command);
    command
        .subcommands()
        .forEach((sub, line) -> below(page, called + " " + sub, line.getCommandSpec()));
  }

  private Troff begin(String name, CommandSpec command) {
    Troff page = new Troff(name, SECTION, version);
    return page.section("NAME").line(name + " - " + withoutDot(summary(command)));
  }

  private void synopsis(Troff page, CommandSpec command) {
    StringBuilder words = new StringBuilder();
    if (!foreign.contains(command.name())) {
      words.append(command.parent().qualifiedName()).append(' ');
    }
    words.append(command.name());
    if (!command.subcommands().isEmpty()) {
      words.append(" COMMAND");
    }
    command.options().stream()
        .filter(option -> !option.hidden() && !option.usageHelp() && !option.versionHelp())
        .forEach(
            option -> {
              String one = option.longestName() + value(option);
              words.append(' ').append(option.required() ? one : "[" + one + "]");
            });
    for (PositionalParamSpec word : shown(command)) {
      String many = word.arity().max() > 1 ? " ..." : "";
      String one = word.paramLabel() + many;
      words.append(' ').append(word.arity().min() > 0 ? one : "[" + one + "]");
    }
    page.bold(words.toString());
  }

  private static String value(OptionSpec option) {
    return option.arity().max() > 0 ? " " + option.paramLabel() : "";
  }

  private static void arguments(Troff page, CommandSpec command) {
    if (!command.options().isEmpty() || !shown(command).isEmpty()) {
      page.section("OPTIONS");
      items(page, command);
    }
  }

  private static void items(Troff page, CommandSpec command) {
    for (PositionalParamSpec word : shown(command)) {
      page.item(word.paramLabel(), text(word.description()));
    }
    for (OptionSpec option : command.options()) {
      if (!option.hidden()) {
        page.item(String.join(", ", option.names()) + value(option), text(option.description()));
      }
    }
  }

  private static List<PositionalParamSpec> shown(CommandSpec command) {
    return command.positionalParameters().stream().filter(word -> !word.hidden()).toList();
  }

  /** The first paragraph is the section's. */
  private static void describe(Troff page, CommandSpec command) {
    List<String> lines = lines(command);
    for (int i = 0; i < lines.size(); i++) {
      if (i == 0) {
        page.line(lines.get(0));
      } else {
        page.paragraph().line(lines.get(i));
      }
    }
  }

  /** The first sentence. */
  private static String summary(CommandSpec command) {
    String all = String.join(" ", lines(command));
    int colon = all.indexOf(": ");
    int dot = all.indexOf(". ");
    int end = dot < 0 ? all.length() : dot + 1;
    return colon > 0 && colon < end && end > LONG
        ? all.substring(0, colon) + "."
        : all.substring(0, end);
  }

  private static String withoutDot(String sentence) {
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }

  private static List<String> lines(CommandSpec command) {
    List<String> all = new ArrayList<>();
    for (String line : command.usageMessage().description()) {
      all.add(plain(line));
    }
    return all;
  }

  private static String text(String... description) {
    List<String> all = new ArrayList<>();
    for (String line : description) {
      all.add(plain(line));
    }
    return String.join(" ", all);
  }

  /** Without picocli's own marks: colours, and its form of a percent sign. */
  private static String plain(String line) {
    return Ansi.OFF.new Text(line).toString().replace("%%", "%").replace("%n", " ");
  }
}
