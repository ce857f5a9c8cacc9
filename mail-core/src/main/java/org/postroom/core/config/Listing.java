package org.postroom.core.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Every name that main.cf may have, what it amounts to where nobody says anything, and what
 * somebody says, as it is written: for who lists parameters, as postconf(1) does. No value is
 * judged, so a file that no server could be started with can be looked at as well. Immutable.
 */
public final class Listing {
  private static final String ANY_TRANSPORT = "*_";

  /** Where a name comes from. */
  public enum Kind {
    /** It is there whatever the files say. */
    BUILT_IN,
    /** Every transport has one under its own name. */
    SERVICE,
    /** An administrator's own, to which other values refer. */
    USER
  }

  /**
   * One name.
   *
   * @param preset what it amounts to where nobody says anything, unexpanded
   * @param given what the file says, unexpanded; stars for a secret
   */
  public record Row(String name, Kind kind, String preset, Optional<String> given) {

    /** What holds, unexpanded. */
    public String text() {
      return given.orElse(preset);
    }
  }

  private final Map<String, Param<?>> params = new HashMap<>();
  private final Map<String, Row> rows = new TreeMap<>();
  private final Map<String, MainCf.Entry> given = new LinkedHashMap<>();
  private final Map<String, String> presets;
  private final Set<String> used = new HashSet<>();
  private final List<MainCf.Entry> unused = new ArrayList<>();
  private final Set<String> undefined = new LinkedHashSet<>();
  private final Set<String> unexpandable = new LinkedHashSet<>();

  /**
   * Lists.
   *
   * @param sets all parameters that are acted upon; those of configuration itself are added
   * @param presets defaults that depend on the machine
   * @param said what the file says, of each name the last word
   * @param services of master.cf: what they say may refer to names of main.cf
   * @param transports which have parameters under their own names
   */
  public Listing(
      Collection<ParamSet> sets,
      Map<String, String> presets,
      Collection<MainCf.Entry> said,
      MasterCf services,
      Collection<String> transports) {
    this.presets = Map.copyOf(presets);
    said.forEach(entry -> given.put(entry.name(), entry));
    List<ParamSet> all = new ArrayList<>(sets);
    all.add(ConfigParams.ALL);
    all.forEach(set -> set.params().forEach(param -> params.put(param.name(), param)));
    Set<String> carriers = new LinkedHashSet<>(KnownNames.TRANSPORTS);
    carriers.addAll(transports);

    params.values().forEach(param -> add(param.name(), Kind.BUILT_IN, preset(param)));
    for (KnownNames.Entry known : KnownNames.all().entries()) {
      add(known.name(), Kind.BUILT_IN, known.preset());
    }
    for (ParamSet set : all) {
      for (ParamFamily<?> family : set.families()) {
        for (String carrier : carriers) {
          add(family.name(carrier), Kind.SERVICE, "$" + family.usual().name());
        }
      }
    }
    for (KnownNames.Entry known : KnownNames.of(KnownNames.POSTFIX)) {
      if (known.name().startsWith(ANY_TRANSPORT)) {
        for (String carrier : carriers) {
          add(carrier + known.name().substring(1), Kind.SERVICE, known.preset());
        }
      }
    }
    given.keySet().stream()
        .filter(name -> !rows.containsKey(name))
        .forEach(
            name ->
                KnownNames.all()
                    .find(name, carriers)
                    .ifPresent(known -> add(name, Kind.BUILT_IN, known.preset())));
    use(services);
    addOwn();
    examine();
  }

  private void add(String name, Kind kind, String preset) {
    rows.putIfAbsent(name, new Row(name, kind, preset, said(name)));
  }

  private Optional<String> said(String name) {
    Param<?> param = params.get(name);
    return Optional.ofNullable(given.get(name))
        .map(MainCf.Entry::value)
        .map(
            text ->
                param != null
                        && param.isSecret()
                        && !text.isEmpty()
                        && !text.startsWith(ValueType.FILE)
                    ? "***"
                    : text);
  }

  /** Computed from another's value, where it is one that is; else as it is declared. */
  private String preset(Param<?> param) {
    String preset = presets.get(param.name());
    if (preset != null) {
      return preset;
    }
    try {
      String plain = expanded(param.name(), param.defaultText(), Map.of());
      String derived = param.derive(plain);
      return derived.equals(plain) ? param.defaultText() : derived;
    } catch (BadValue e) {
      return param.defaultText();
    }
  }

  /** Names to which values refer, in main.cf and in what services say above it. */
  private void use(MasterCf services) {
    given.values().forEach(entry -> References.collect(entry.value(), used));
    rows.values().forEach(row -> References.collect(row.preset(), used));
    for (MasterCf.Service service : services.services()) {
      service.overrides().forEach(entry -> References.collect(entry.value(), used));
    }
    for (Param<?> param : params.values()) {
      if (param.has(Trait.NAMES_PARAMETERS)) {
        Row row = rows.get(param.name());
        if (row != null) {
          collectItems(row);
        }
      }
    }
  }

  private void collectItems(Row row) {
    try {
      used.addAll(ValueType.split(expanded(row.name(), row.text(), Map.of())));
    } catch (BadValue e) {
      unexpandable.add(row.name() + ": " + e.reason());
    }
  }

  private void addOwn() {
    for (MainCf.Entry entry : given.values()) {
      if (rows.containsKey(entry.name())) {
        continue;
      }
      if (used.contains(entry.name())) {
        add(entry.name(), Kind.USER, "");
      } else {
        unused.add(entry);
      }
    }
  }

  private void examine() {
    for (MainCf.Entry entry : given.values()) {
      Param<?> param = params.get(entry.name());
      boolean isLater = param != null && param.has(Trait.DEFERRED_EXPANSION);
      if (rows.containsKey(entry.name()) && !isLater) {
        try {
          expansion(Map.of(), undefined).expand(entry.name(), entry.value());
        } catch (BadValue e) {
          unexpandable.add(entry.name() + ": " + e.reason());
        }
      }
    }
  }

  /** All of them, sorted by their names. */
  public Collection<Row> rows() {
    return List.copyOf(rows.values());
  }

  /** That of a name; nothing where it is nobody's. */
  public Optional<Row> row(String name) {
    return Optional.ofNullable(rows.get(name));
  }

  /** What the file says of names that are nobody's, and to which nothing refers. */
  public List<MainCf.Entry> unused() {
    return List.copyOf(unused);
  }

  /** Names that nobody defines, and to which the file refers. */
  public Collection<String> undefined() {
    return List.copyOf(undefined);
  }

  /** The names whose values cannot be expanded, each with the reason. */
  public Collection<String> unexpandable() {
    return List.copyOf(unexpandable);
  }

  /** Whether a value refers to the name, or would if it were defined. */
  public boolean isUsed(String name) {
    return rows.containsKey(name) || used.contains(name);
  }

  /**
   * What a row amounts to, with what the other names amount to in it; as it is written where it is
   * expanded for each mail.
   *
   * @throws BadValue where it cannot be
   */
  public String expanded(Row row) {
    Param<?> param = params.get(row.name());
    return param != null && param.has(Trait.DEFERRED_EXPANSION)
        ? row.text()
        : expanded(row.name(), row.text(), Map.of());
  }

  /**
   * What any name amounts to, also one of the administrator's own to which main.cf itself does not
   * refer; stars for a secret. Empty where it is nobody's.
   *
   * @throws BadValue where it cannot be expanded
   */
  public Optional<String> shown(String name) {
    return row(name)
        .map(this::expanded)
        .or(() -> said(name).map(text -> expanded(name, text, Map.of())));
  }

  /**
   * The same for any text.
   *
   * @param name whose text it is
   * @param over what names amount to there, in the place of the file's
   * @throws BadValue where it cannot be
   */
  public String expanded(String name, String text, Map<String, String> over) {
    return expansion(over, new HashSet<>()).expand(name, text).strip();
  }

  private Expansion expansion(Map<String, String> over, Set<String> missing) {
    return new Expansion(
        name -> over.containsKey(name) ? over.get(name) : rawText(name),
        this::finish,
        (owner, name) -> missing.add(name));
  }

  private @Nullable String rawText(String name) {
    MainCf.Entry entry = given.get(name);
    if (entry != null) {
      return entry.value();
    }
    String preset = presets.get(name);
    if (preset != null) {
      return preset;
    }
    Param<?> param = params.get(name);
    if (param != null) {
      return param.defaultText();
    }
    Row row = rows.get(name);
    return row == null ? null : row.preset();
  }

  private String finish(String name, String text) {
    Param<?> param = params.get(name);
    return param == null || given.containsKey(name) || presets.containsKey(name)
        ? text.strip()
        : param.derive(text.strip());
  }
}
