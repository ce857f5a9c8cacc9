package org.postroom.core.policy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Nearest;

/** Reads lists of restrictions: names, each with the argument that its row asks for. */
final class RuleParser {
  private static final String WARN_IF_REJECT = "warn_if_reject";

  /** Known from the compatible systems, to say more than "unknown". */
  private static final Set<String> LATER =
      Set.of("permit_tls_clientcerts", "permit_tls_all_clientcerts", "permit_mx_backup");

  /** Gone from the compatible systems, and what is there instead. */
  private static final Set<String> GONE =
      Set.of("check_relay_domains", "permit_naked_ip_address", "reject_maps_rbl");

  private final Ingredients in;
  private final AddedRestrictions restrictions;
  private final Stage stage;
  private final Consumer<String> faults;
  private final Consumer<String> warnings;
  private final Deque<String> open = new ArrayDeque<>();

  /**
   * Reads one list.
   *
   * @param restrictions those that it may name
   * @param stage which one
   * @param faults takes what cannot be obeyed
   * @param warnings takes what is of no use
   */
  RuleParser(
      Ingredients in,
      AddedRestrictions restrictions,
      Stage stage,
      Consumer<String> faults,
      Consumer<String> warnings) {
    this.in = in;
    this.restrictions = restrictions;
    this.stage = stage;
    this.faults = faults;
    this.warnings = warnings;
  }

  List<Rule> rules(List<String> texts) {
    List<Rule> rules = new ArrayList<>();
    Iterator<String> items = texts.iterator();
    while (items.hasNext()) {
      String item = items.next();
      boolean warnOnly = item.equalsIgnoreCase(WARN_IF_REJECT);
      if (warnOnly && !items.hasNext()) {
        faults.accept(WARN_IF_REJECT + " stands before nothing");
        break;
      }
      Optional<Rule> rule = rule(warnOnly ? items.next() : item, items);
      rule.map(found -> warnOnly ? found.warning() : found).ifPresent(rules::add);
    }
    ignored(rules);
    return List.copyOf(rules);
  }

  /** The classes, by name, as items of this list. */
  Map<String, Rule> classes() {
    Map<String, Rule> classes = new HashMap<>();
    for (String name : in.settings().get(RestrictionParams.CLASSES)) {
      group(name).ifPresent(rule -> classes.put(name, rule));
    }
    return classes;
  }

  /**
   * The restrictions that a table has as its value; empty for what is none. A table in there is
   * none: it would be opened by a stranger's mail. A class may have one.
   */
  static Optional<List<Rule>> value(
      Ingredients in, AddedRestrictions restrictions, Map<String, Rule> classes, String text) {
    List<Rule> rules = new ArrayList<>();
    Iterator<String> items = List.of(text.strip().split("[,\\s]+")).iterator();
    boolean warnOnly = false;
    while (items.hasNext()) {
      String item = items.next();
      if (item.equalsIgnoreCase(WARN_IF_REJECT)) {
        warnOnly = true;
        continue;
      }
      Optional<Rule> rule =
          Optional.ofNullable(classes.get(item)).or(() -> valueItem(in, restrictions, item, items));
      if (rule.isEmpty()) {
        return Optional.empty();
      }
      rules.add(warnOnly ? rule.get().warning() : rule.get());
      warnOnly = false;
    }
    return Optional.of(rules);
  }

  private static Optional<Rule> valueItem(
      Ingredients in, AddedRestrictions restrictions, String item, Iterator<String> items) {
    Optional<Restrictions.Row> row =
        restrictions.named(item).filter(found -> found.argument().mayStandInTables());
    if (row.isEmpty()) {
      return Optional.empty();
    }
    boolean plain = row.get().argument() == Restrictions.Argument.NONE;
    if (!plain && !items.hasNext()) {
      return Optional.empty();
    }
    String argument = plain ? "" : items.next();
    try {
      HouseRestriction made = row.get().factory().make(in, argument);
      String name = plain ? row.get().name() : row.get().name() + " " + argument;
      return Optional.of(Rule.of(name, row.get().effect(), made));
    } catch (BadValue e) {
      return Optional.empty();
    }
  }

  private void ignored(List<Rule> rules) {
    for (int i = 0; i < rules.size() - 1; i++) {
      if (rules.get(i).endsTheList()) {
        warnings.accept(
            "restriction " + rules.get(i + 1) + " after " + rules.get(i) + " is ignored");
        return;
      }
    }
  }

  private Optional<Rule> rule(String name, Iterator<String> items) {
    Optional<Restrictions.Row> row = restrictions.named(name);
    if (row.isPresent()) {
      return made(row.get(), items);
    }
    if (isClass(name)) {
      return group(name);
    }
    if (name.indexOf(':') >= 0 && !stage.tableCheck().isEmpty()) {
      // A table by itself is the list's own check.
      return Restrictions.named(stage.tableCheck())
          .flatMap(check -> made(check, List.of(name).iterator()));
    }
    faults.accept(problem(name));
    if (takesArgument(name) && items.hasNext()) {
      items.next();
    }
    return Optional.empty();
  }

  private Optional<Rule> made(Restrictions.Row row, Iterator<String> items) {
    if (row.argument() == Restrictions.Argument.NONE) {
      return Optional.of(Rule.of(row.name(), row.effect(), row.factory().make(in, "")));
    }
    if (!items.hasNext()) {
      faults.accept("restriction " + row.name() + " requires an argument");
      return Optional.empty();
    }
    String argument = withoutBraces(items.next());
    try {
      return Optional.of(
          Rule.of(row.name() + " " + argument, row.effect(), row.factory().make(in, argument)));
    } catch (BadValue e) {
      faults.accept(row.name() + ": " + e.reason());
      return Optional.empty();
    }
  }

  private static String withoutBraces(String argument) {
    return argument.startsWith("{") && argument.endsWith("}")
        ? argument.substring(1, argument.length() - 1).strip()
        : argument;
  }

  private boolean isClass(String name) {
    return in.settings().get(RestrictionParams.CLASSES).stream().anyMatch(name::equals);
  }

  private Optional<Rule> group(String name) {
    if (open.contains(name)) {
      faults.accept("restriction classes name each other: " + name);
      return Optional.empty();
    }
    try {
      List<String> members = in.settings().expandedItems(name).orElse(List.of());
      if (members.isEmpty()) {
        faults.accept("restriction class " + name + " needs a definition");
        return Optional.empty();
      }
      open.push(name);
      Rule rule = Rule.group(name, rules(members));
      open.pop();
      return Optional.of(rule);
    } catch (BadValue e) {
      faults.accept("restriction class " + name + ": " + e.reason());
      return Optional.empty();
    }
  }

  private static boolean takesArgument(String item) {
    return item.startsWith("check_") && item.endsWith("_access");
  }

  private static String problem(String item) {
    String name = item.toLowerCase(Locale.ROOT);
    if (name.indexOf(':') >= 0) {
      return "a table by itself has no meaning in this list: " + item;
    }
    if (GONE.contains(name)) {
      return "restriction "
          + item
          + " is no longer there: use reject_unauth_destination, or"
          + " reject_rbl_client with the name of a list";
    }
    boolean known =
        takesArgument(name) || LATER.contains(name) || name.startsWith("reject_unverified_");
    List<String> names = Restrictions.ALL.stream().map(Restrictions.Row::name).toList();
    return known
        ? "restriction not supported yet: " + item
        : "unknown restriction: " + item + Nearest.hint(item, names);
  }
}
