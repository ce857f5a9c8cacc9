package org.postroom.core.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.secret.Privacy;

/**
 * A checked configuration: an immutable snapshot that gives each parameter its typed value. Safe
 * for use by any thread. A reload makes a new one; what runs keeps the one it has.
 *
 * <pre>{@code
 * Settings settings = Settings.builder(SmtpParams.ALL, PolicyParams.ALL)
 *     .file(MainCf.read(Path.of("main.cf")))
 *     .set(SmtpParams.SESSION_TIMEOUT, Duration.ofMinutes(5))
 *     .build();
 * Duration timeout = settings.get(SmtpParams.SESSION_TIMEOUT);
 * }</pre>
 */
public final class Settings {

  private final Map<String, Param<?>> params;
  private final Map<String, MainCf.Entry> given;
  private final Map<String, String> presets;
  private final Map<String, Object> values;
  private final Map<String, String> expanded;
  private final List<Notice> notices;
  private final @Nullable Settings underStress;

  private Settings(
      Map<String, Param<?>> params,
      Map<String, MainCf.Entry> given,
      Map<String, String> presets,
      Map<String, Object> values,
      Map<String, String> expanded,
      List<Notice> notices,
      @Nullable Settings underStress) {
    this.underStress = underStress;
    this.params = params;
    this.given = given;
    this.presets = presets;
    this.values = values;
    this.expanded = expanded;
    this.notices = List.copyOf(notices);
  }

  /**
   * The same configuration while there are more clients than places: with {@code stress} as yes
   * (STRESS_README of Postfix). Checked together with this one.
   */
  public Settings underStress() {
    return underStress == null ? this : underStress;
  }

  /** Everything at its default. */
  public static Settings of(ParamSet... sets) {
    return builder(sets).build();
  }

  /**
   * A file, and texts by name that go over it (as from {@code -o name=value}).
   *
   * @throws BadConfiguration with all faults
   */
  public static Settings read(List<ParamSet> sets, MainCf file, Map<String, String> overrides) {
    Builder builder = builder(sets.toArray(new ParamSet[0])).file(file);
    overrides.forEach(builder::set);
    return builder.build();
  }

  public static Builder builder(ParamSet... sets) {
    return new Builder(Arrays.asList(sets));
  }

  /** The value in effect. A parameter of a set that is not part of these settings is a bug. */
  @SuppressWarnings("unchecked") // a value is made by its own parameter's type
  public <T> T get(Param<T> param) {
    Object value = values.get(param.name());
    if (value == null || params.get(param.name()) != param) {
      throw new IllegalArgumentException("not part of these settings: " + param);
    }
    return (T) value;
  }

  /** Whether somebody gave a value, even if it equals the default. */
  public boolean isGiven(Param<?> param) {
    return given.containsKey(param.name());
  }

  /** Where the value in effect was written. */
  public Place place(Param<?> param) {
    MainCf.Entry entry = given.get(param.name());
    return entry == null ? Place.DEFAULT : entry.place();
  }

  /** A fault in the value of a parameter, for checks that need more than the one value. */
  public Fault fault(Param<?> param, String text) {
    return new Fault(place(param), param.name(), text);
  }

  /** All parameters, sorted by name. */
  public List<Param<?>> params() {
    return List.copyOf(params.values());
  }

  /** As it was written, unexpanded; stars for a secret. */
  public String text(Param<?> param) {
    return param.isSecret() ? "***" : rawText(param);
  }

  private String rawText(Param<?> param) {
    MainCf.Entry entry = given.get(param.name());
    return entry != null ? entry.value() : presets.getOrDefault(param.name(), param.defaultText());
  }

  /**
   * The expanded text of any name that is defined here, the administrator's own included (as those
   * in {@code smtpd_restriction_classes}).
   */
  public Optional<String> expandedText(String name) {
    return Optional.ofNullable(expanded.get(name));
  }

  /**
   * The items of a list under a name of the administrator's own.
   *
   * @throws BadValue where it is no list
   */
  public Optional<List<String>> expandedItems(String name) {
    return expandedText(name).map(ValueType::split);
  }

  /** What an administrator should be told, in the order of the file. */
  public List<Notice> notices() {
    return notices;
  }

  /** The parameters that differ in {@code newer} and take effect only after a restart. */
  public List<Param<?>> needRestart(Settings newer) {
    List<Param<?>> changed = new ArrayList<>();
    for (Param<?> param : params.values()) {
      Object other = newer.values.get(param.name());
      if (param.has(Trait.RESTART) && !Objects.equals(values.get(param.name()), other)) {
        changed.add(param);
      }
    }
    return changed;
  }

  /**
   * The same, but for what takes effect only after a restart: that is as {@code started} has it.
   */
  public Settings asStarted(Settings started) {
    Map<String, MainCf.Entry> mixed = new LinkedHashMap<>(given);
    Map<String, Object> inEffect = new LinkedHashMap<>(values);
    Map<String, String> texts = new LinkedHashMap<>(expanded);
    for (Param<?> param : started.needRestart(this)) {
      String name = param.name();
      inEffect.put(name, started.values.get(name));
      texts.put(name, started.expanded.get(name));
      if (started.given.containsKey(name)) {
        mixed.put(name, started.given.get(name));
      } else {
        mixed.remove(name);
      }
    }
    return new Settings(
        params,
        mixed,
        presets,
        inEffect,
        texts,
        notices,
        underStress == null ? null : underStress.asStarted(started.underStress()));
  }

  /** Collects what was given; the last word on a name counts. */
  public static final class Builder {
    private static final String STRESSED = "yes";

    private final Map<String, Param<?>> params = new TreeMap<>();
    private final Map<String, MainCf.Entry> given = new LinkedHashMap<>();
    private final Map<String, String> presets = new LinkedHashMap<>();
    private final List<Fault> faults = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();

    private Builder(List<ParamSet> sets) {
      declare(ConfigParams.ALL);
      sets.forEach(this::declare);
    }

    private void declare(ParamSet set) {
      for (Param<?> param : set.params()) {
        Param<?> other = params.putIfAbsent(param.name(), param);
        if (other != null && other != param) {
          throw new IllegalArgumentException("declared in two sets: " + param);
        }
      }
    }

    /** Takes in a file's assignments, its faults and its warnings. */
    public Builder file(MainCf file) {
      for (MainCf.Entry entry : file.entries()) {
        given.put(entry.name(), entry);
      }
      faults.addAll(file.faults());
      notices.addAll(file.notices());
      return this;
    }

    /** A value from the program. */
    public <T> Builder set(Param<T> param, T value) {
      return set(param.name(), param.write(value));
    }

    /** A text as an administrator would write it, expanded like one. */
    public Builder set(String name, String text) {
      given.put(name, new MainCf.Entry(name, text, Place.PROGRAM));
      return this;
    }

    /** A default that depends on the machine, such as its host name; counts as not given. */
    public Builder preset(Param<?> param, String text) {
      presets.put(param.name(), text);
      return this;
    }

    /**
     * Checks everything.
     *
     * @throws BadConfiguration with all faults
     */
    public Settings build() {
      Map<String, String> calm = Map.copyOf(presets);
      presets.put(ConfigParams.STRESS.name(), STRESSED);
      Check stressed = new Check(this);
      presets.clear();
      presets.putAll(calm);
      return new Check(this).settings(() -> stressed.settings(() -> null));
    }
  }

  /** One pass over all that was given, collecting faults and notices. */
  private static final class Check {

    private final Map<String, Param<?>> params;
    private final Map<String, MainCf.Entry> given;
    private final Map<String, String> presets;
    private final List<Fault> faults;
    private final List<Notice> notices;
    private final Map<String, Object> values = new LinkedHashMap<>();
    private final Map<String, String> expanded = new LinkedHashMap<>();
    private final Set<String> reportedUndefined = new HashSet<>();
    private final Expansion expansion;

    Check(Builder builder) {
      this.params = new TreeMap<>(builder.params);
      this.given = new LinkedHashMap<>(builder.given);
      this.presets = Map.copyOf(builder.presets);
      this.faults = new ArrayList<>(builder.faults);
      this.notices = new ArrayList<>(builder.notices);
      this.expansion = new Expansion(this::rawText, this::finish, this::undefined);
    }

    /**
     * @param underStress asked for when this one is without a fault
     */
    Settings settings(Supplier<@Nullable Settings> underStress) {
      // What was given comes first, so that faults and notices keep the order of the file.
      Set<String> names = new LinkedHashSet<>(given.keySet());
      names.addAll(params.keySet());
      for (String name : names) {
        Param<?> param = params.get(name);
        if (param == null) {
          expandOwn(Objects.requireNonNull(given.get(name)));
        } else {
          value(param);
        }
      }
      classes();
      unused();
      if (!faults.isEmpty()) {
        throw new BadConfiguration(faults);
      }
      return new Settings(params, given, presets, values, expanded, notices, underStress.get());
    }

    @Nullable String rawText(String name) {
      MainCf.Entry entry = given.get(name);
      if (entry != null) {
        return entry.value();
      }
      Param<?> param = params.get(name);
      return param == null ? null : presets.getOrDefault(name, param.defaultText());
    }

    private String finish(String name, String text) {
      Param<?> param = params.get(name);
      return param == null || given.containsKey(name) || presets.containsKey(name)
          ? text.strip()
          : param.derive(text.strip());
    }

    private void undefined(String owner, String name) {
      if (reportedUndefined.add(name)) {
        notices.add(
            Notice.warning(
                place(owner),
                owner,
                "undefined parameter: " + name + Nearest.hint(name, params.keySet())));
      }
    }

    private Place place(String name) {
      MainCf.Entry entry = given.get(name);
      return entry == null ? Place.DEFAULT : entry.place();
    }

    private void expandOwn(MainCf.Entry entry) {
      String name = entry.name();
      try {
        expanded.put(name, expansion.expand(name, entry.value()).strip());
      } catch (BadValue e) {
        faults.add(new Fault(place(name), name, e.reason()));
      }
    }

    private void value(Param<?> param) {
      String name = param.name();
      String text = rawText(name);
      if (text == null) {
        throw new IllegalStateException("no text: " + name);
      }
      try {
        if (!param.has(Trait.DEFERRED_EXPANSION)) {
          text = finish(name, expansion.expand(name, text));
        }
        expanded.put(name, text);
        values.put(name, param.read(text));
        if (param.isMatchList()) {
          comment(name, MatchItems.of(text));
        }
        if (param.isSecret()) {
          exposed(name, text);
        }
      } catch (BadValue e) {
        String found = param.isSecret() ? "***" : "\"" + text + "\"";
        String why =
            e.reason().isEmpty()
                ? "expected " + param.expected() + ", but found " + found
                : e.reason();
        faults.add(new Fault(place(name), name, why));
      }
    }

    /** A secret that the file says itself makes the file one. */
    private void exposed(String name, String text) {
      Place place = place(name);
      if (place.line() > 0 && !text.isEmpty() && !text.startsWith(ValueType.FILE)) {
        Privacy.faultOfSecret(Path.of(place.source()), place.source() + " holds a secret and")
            .ifPresent(
                fault ->
                    faults.add(
                        new Fault(
                            place,
                            name,
                            fault + "; or write file:/PATH and keep the secret there")));
      }
    }

    /** A default that repeats another parameter's value repeats no warning. */
    private void comment(String name, MatchItems list) {
      if (!list.comment().isEmpty() && !place(name).equals(Place.DEFAULT)) {
        notices.add(Notice.warning(place(name), name, name + ": " + list.warning()));
      }
    }

    /** Says what we do not do with what was given. */
    private void classes() {
      List<String> accepted = List.of();
      if (values.get(ConfigParams.ACCEPT_UNSUPPORTED.name()) instanceof List<?> names) {
        accepted = names.stream().map(String::valueOf).toList();
      }
      for (MainCf.Entry entry : given.values()) {
        Param<?> param = params.get(entry.name());
        if (param == null || entry.value().equals(param.defaultText())) {
          continue;
        }
        String name = param.name();
        String note = param.note().isEmpty() ? "" : ": " + param.note();
        switch (param.paramClass()) {
          case NO_EFFECT ->
              notices.add(
                  new Notice(
                      Notice.Level.NOTE, entry.place(), name, name + " has no effect here" + note));
          case PARTIAL ->
              notices.add(
                  Notice.warning(entry.place(), name, name + " is only partly what it was" + note));
          case REFUSED -> {
            if (accepted.contains(name)) {
              notices.add(
                  Notice.warning(
                      entry.place(), name, name + " is not supported and ignored" + note));
            } else {
              faults.add(
                  new Fault(
                      entry.place(),
                      name,
                      "is not supported, and ignoring it would not be safe"
                          + note
                          + "; remove it, or add it to "
                          + ConfigParams.ACCEPT_UNSUPPORTED));
            }
          }
          default -> {}
        }
      }
    }

    /** A name nobody knows and nobody uses was probably mistyped. */
    private void unused() {
      Set<String> used = new HashSet<>();
      for (Param<?> param : params.values()) {
        collectNames(rawText(param.name()), used);
        if (param.has(Trait.NAMES_PARAMETERS) && values.get(param.name()) instanceof List<?> own) {
          own.forEach(name -> used.add(String.valueOf(name)));
        }
      }
      given.values().forEach(entry -> collectNames(entry.value(), used));
      for (MainCf.Entry entry : given.values()) {
        String name = entry.name();
        if (!params.containsKey(name) && !used.contains(name)) {
          notices.add(
              Notice.warning(
                  entry.place(),
                  name,
                  "unused parameter: "
                      + name
                      + "="
                      + entry.value()
                      + Nearest.hint(name, params.keySet())));
        }
      }
    }

    private static void collectNames(@Nullable String text, Set<String> names) {
      if (text == null) {
        return;
      }
      for (int at = text.indexOf('$'); at >= 0; at = text.indexOf('$', at + 1)) {
        int start = at + 1;
        while (start < text.length() && "{( ".indexOf(text.charAt(start)) >= 0) {
          start++;
        }
        names.add(text.substring(start, Expansion.nameEnd(text, start)));
      }
    }
  }
}
