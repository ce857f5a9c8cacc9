package org.postroom.core.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Notice;
import org.postroom.core.report.Place;
import org.postroom.core.report.Report;

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

  private final Findings found;

  /**
   * Those found by their parameters, unless they have others' here: a mail asks some fifty times.
   */
  private final IdentityHashMap<Param<?>, Findings.Value> effective;

  private final List<ParamFamily<?>> families;
  private final List<Notice> notices;
  private final @Nullable Settings underStress;

  /** Whose values other parameters have here. */
  private final Map<Param<?>, Param<?>> images;

  private Settings(
      Findings found,
      List<ParamFamily<?>> families,
      List<Notice> notices,
      @Nullable Settings underStress) {
    this.images = Map.of();
    this.underStress = underStress;
    this.found = found;
    this.effective = found.values();
    this.families = List.copyOf(families);
    this.notices = List.copyOf(notices);
  }

  /** The same, where some parameters have the values of others. */
  private Settings(Settings same, Map<Param<?>, Param<?>> images) {
    this.images = Map.copyOf(images);
    this.underStress = null;
    this.found = same.found;
    this.effective = copyOf(same.effective);
    this.families = same.families;
    this.notices = same.notices;
    for (Map.Entry<Param<?>, Param<?>> image : images.entrySet()) {
      effective.put(image.getKey(), same.value(image.getValue()));
    }
  }

  @SuppressWarnings("unchecked") // a clone is of the same type
  private static IdentityHashMap<Param<?>, Findings.Value> copyOf(
      IdentityHashMap<Param<?>, Findings.Value> values) {
    return (IdentityHashMap<Param<?>, Findings.Value>) values.clone();
  }

  /**
   * The same configuration while there are more clients than places: with {@code stress} as yes
   * (STRESS_README of Postfix). Checked together with this one.
   */
  public Settings underStress() {
    return underStress == null ? this : underStress;
  }

  /** The same as {@link Mirror#in} says. */
  Settings mirrored(Map<Param<?>, Param<?>> byOriginal) {
    return new Settings(this, byOriginal);
  }

  /** The name by which an administrator says what a parameter is here. */
  public String nameOf(Param<?> param) {
    return images.getOrDefault(param, param).name();
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

  /**
   * Begins settings that are these, and something over them: those of one listener, or of one
   * transport. What has been said about these is not said again.
   */
  public Builder over() {
    return new Builder(this, found.given(), found.presets());
  }

  /** Begins settings of the same parameters, of which nothing has been said yet. */
  Builder anew() {
    return new Builder(this, Map.of(), Map.of());
  }

  /** These for later: what is found in files is to be looked for again. */
  Settings forLater() {
    return new Settings(found.forLater(), families, notices, null);
  }

  /** The value in effect. A parameter of a set that is not part of these settings is a bug. */
  @SuppressWarnings("unchecked") // a value is made by its own parameter's type
  public <T> T get(Param<T> param) {
    return (T) value(param).read();
  }

  private Findings.Value value(Param<?> param) {
    Findings.Value value = effective.get(param);
    if (value == null) {
      throw new IllegalArgumentException("not part of these settings: " + param);
    }
    return value;
  }

  /** The value in effect for a transport; of one that is not known here, what holds for all. */
  @SuppressWarnings("unchecked") // a value is made by its own parameter's type
  public <T> T get(ParamFamily<T> family, String transport) {
    boolean isKnown = found.transports().contains(transport);
    Findings.Value value = isKnown ? found.value(family.name(transport)) : null;
    return value == null ? get(family.usual()) : (T) value.read();
  }

  /** Names of the transports that may have parameters of their own. */
  public Set<String> transports() {
    return found.transports();
  }

  /** Whether somebody gave a value, even if it equals the default. */
  public boolean isGiven(Param<?> param) {
    return found.given().containsKey(nameOf(param));
  }

  /** Where the value in effect was written. */
  public Place place(Param<?> param) {
    MainCf.Entry entry = found.given().get(nameOf(param));
    return entry == null ? Place.DEFAULT : entry.place();
  }

  /**
   * What was written under any name, unexpanded: for names that are made of others, such as {@code
   * uucp_time_limit}, and stand above a parameter.
   */
  public Optional<MainCf.Entry> written(String name) {
    return Optional.ofNullable(found.given().get(name));
  }

  /** A fault in the value of a parameter, for checks that need more than the one value. */
  public Fault fault(Param<?> param, String text) {
    return new Fault(place(param), nameOf(param), text);
  }

  /** All parameters, sorted by name. */
  public List<Param<?>> params() {
    return List.copyOf(found.params().values());
  }

  /** As it was written, unexpanded; stars for a secret. */
  public String text(Param<?> param) {
    return param.isSecret() ? "***" : rawText(param);
  }

  private String rawText(Param<?> param) {
    Param<?> own = images.getOrDefault(param, param);
    String written = found.written(own.name());
    return written != null ? written : own.defaultText();
  }

  /**
   * The expanded text of any name that is defined here, the administrator's own included (as those
   * in {@code smtpd_restriction_classes}).
   */
  public Optional<String> expandedText(String name) {
    return Optional.ofNullable(found.text(name));
  }

  /** The same for texts that others read: stars for a secret. */
  public Optional<String> shownText(String name) {
    Param<?> param = found.params().get(name);
    return expandedText(name).map(text -> param != null && param.isSecret() ? "***" : text);
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
    for (Param<?> param : found.params().values()) {
      if (param.has(Trait.RESTART)
          && !Objects.equals(read(param.name()), newer.read(param.name()))) {
        changed.add(param);
      }
    }
    return changed;
  }

  private @Nullable Object read(String name) {
    Findings.Value value = found.value(name);
    return value == null ? null : value.read();
  }

  /**
   * The same, but for what takes effect only after a restart: that is as {@code started} has it.
   */
  public Settings asStarted(Settings started) {
    List<String> kept = started.needRestart(this).stream().map(Param::name).toList();
    return new Settings(
        found.asStarted(started.found, kept),
        families,
        notices,
        underStress == null ? null : underStress.asStarted(started.underStress()));
  }

  /** Collects what was given; the last word on a name counts. */
  public static final class Builder {
    private static final String STRESSED = "yes";

    final Map<String, MainCf.Entry> given = new LinkedHashMap<>();
    final Map<String, MainCf.Entry> judged = new LinkedHashMap<>();
    final Set<String> transports = new HashSet<>(KnownNames.TRANSPORTS);
    final Set<ParamFamily<?>> families = new LinkedHashSet<>();
    final List<Fault> faults = new ArrayList<>();
    final List<Notice> notices = new ArrayList<>();
    private final Map<String, String> presets = new LinkedHashMap<>();
    private final Findings before;

    /** Those of before until there are others. */
    private SortedMap<String, Param<?>> params;

    private Builder(List<ParamSet> sets) {
      before = Findings.NONE;
      params = before.params();
      declare(ConfigParams.ALL);
      for (ParamSet set : sets) {
        declare(set);
      }
    }

    private Builder(Settings base, Map<String, MainCf.Entry> given, Map<String, String> presets) {
      before = base.found;
      params = before.params();
      this.given.putAll(given);
      judged.putAll(given);
      this.presets.putAll(presets);
      transports.addAll(before.transports());
      families.addAll(base.families);
    }

    /** Parameters besides. */
    void declare(ParamSet set) {
      for (Param<?> param : set.params()) {
        declare(param);
      }
      families.addAll(set.families());
    }

    private void declare(Param<?> param) {
      Param<?> other = params.get(param.name());
      if (other != null && other != param) {
        throw new IllegalArgumentException("declared in two sets: " + param);
      }
      if (other == null) {
        if (params == before.params()) {
          params = new TreeMap<>(params);
        }
        params.put(param.name(), param);
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
      MainCf.Entry before = given.get(name);
      if (before != null && isAdministrators(name) && !before.place().equals(Place.PROGRAM)) {
        if (!before.value().equals(text)) {
          faults.add(
              new Fault(
                  before.place(),
                  name,
                  "said here, and the program says \"" + text + "\": only the file may change it"));
        }
        return this;
      }
      given.put(name, new MainCf.Entry(name, text, Place.PROGRAM));
      return this;
    }

    private boolean isAdministrators(String name) {
      Param<?> param = params.get(name);
      return param != null && param.has(Trait.ADMINISTRATOR);
    }

    /** What somebody wrote, expanded like everything else. */
    public Builder set(MainCf.Entry entry) {
      given.put(entry.name(), entry);
      return this;
    }

    /** A default that depends on the machine, such as its host name; counts as not given. */
    public Builder preset(Param<?> param, String text) {
      return preset(param.name(), text);
    }

    /** The same for a name that others refer to. */
    public Builder preset(String name, String text) {
      presets.put(name, text);
      return this;
    }

    /** Names of transports besides the usual ones, which may have parameters of their own. */
    public Builder transports(Collection<String> names) {
      transports.addAll(names);
      return this;
    }

    /**
     * Checks everything.
     *
     * @throws BadConfiguration with all faults
     */
    public Settings build() {
      Examined examined = examine();
      if (!examined.report().isGood()) {
        throw new BadConfiguration(examined.report());
      }
      return examined.settings();
    }

    /**
     * Checks everything, and goes on past faults, so that who has more to check finds more of them
     * at once: a value that is none leaves the default.
     *
     * @throws BadConfiguration when not even the defaults can be had
     */
    public Examined examine() {
      for (ParamFamily<?> family : families) {
        for (String transport : transports) {
          if (!params.containsKey(family.name(transport))) {
            declare(family.of(transport));
          }
        }
      }
      boolean same = params == before.params();
      SortedMap<String, Param<?>> all = same ? params : new TreeMap<>(params);
      SettingsCheck check = new SettingsCheck(this, all, presets, before);
      check.all();
      Findings calm = check.found();
      if (!check.faults.isEmpty()) {
        return examined(calm, check, check.faults, null);
      }
      Map<String, String> underLoad = new LinkedHashMap<>(presets);
      underLoad.put(ConfigParams.STRESS.name(), STRESSED);
      SettingsCheck stressed = new SettingsCheck(this, all, underLoad, calm);
      stressed.all();
      return examined(calm, check, stressed.faults, stressed.found());
    }

    private Examined examined(
        Findings calm, SettingsCheck check, List<Fault> found, @Nullable Findings stressed) {
      List<ParamFamily<?>> all = List.copyOf(families);
      Settings underStress =
          stressed != null && found.isEmpty()
              ? new Settings(stressed, all, check.notices, null)
              : null;
      return new Examined(
          new Settings(calm, all, check.notices, underStress), new Report(found, check.notices));
    }
  }

  /**
   * What came of a check.
   *
   * @param settings not to be started with unless the report is good
   */
  public record Examined(Settings settings, Report report) {}
}
