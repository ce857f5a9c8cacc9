package org.postroom.core.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.postroom.core.privacy.Privacy;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Notice;
import org.postroom.core.report.Place;
import org.postroom.core.report.Report;

/**
 * One pass over all that {@link Settings} are made of, collecting faults and notices. Most of it
 * has often been read before, by the pass for calm times or for the settings that these go over:
 * what has the same text is not read again.
 */
final class SettingsCheck {

  final Map<String, Param<?>> params;
  final Map<String, MainCf.Entry> given;
  final Map<String, String> presets;
  final Set<String> transports;
  final List<ParamFamily<?>> families;
  final List<Fault> faults;
  final List<Notice> notices;
  final Map<String, Object> values = new LinkedHashMap<>();
  final Map<String, String> expanded = new LinkedHashMap<>();
  private final Map<String, MainCf.Entry> judged;
  private final Set<String> reportedUndefined = new HashSet<>();
  private final Expansion expansion;
  private final AlreadyRead before;

  /** Values that were found to be good, with the texts that they were read from. */
  record AlreadyRead(Map<String, String> expanded, Map<String, Object> values) {
    static final AlreadyRead NOTHING = new AlreadyRead(Map.of(), Map.of());

    /** The value of the same text; null where it was another, or none. */
    @Nullable Object value(String name, String text) {
      return text.equals(expanded.get(name)) ? values.get(name) : null;
    }
  }

  SettingsCheck(Settings.Builder builder, Map<String, String> presets, AlreadyRead before) {
    this.before = before;
    this.params = new TreeMap<>(builder.params);
    this.given = new LinkedHashMap<>(builder.given);
    this.judged = Map.copyOf(builder.judged);
    this.presets = Map.copyOf(presets);
    this.transports = Set.copyOf(builder.transports);
    this.families = List.copyOf(builder.families);
    this.faults = new ArrayList<>(builder.faults);
    this.notices = new ArrayList<>(builder.notices);
    this.expansion = new Expansion(this::rawText, this::finish, this::undefined);
  }

  void all() {
    // What was given comes first, so that faults and notices keep the order of the file.
    Set<String> names = new LinkedHashSet<>(given.keySet());
    names.addAll(params.keySet());
    Map<String, Param<?>> usual = usual();
    for (String name : names) {
      Param<?> param = params.get(name);
      if (usual.containsKey(name)) {
        continue;
      }
      if (param != null) {
        value(param);
      } else if (known(name).isEmpty()) {
        expandOwn(Objects.requireNonNull(given.get(name)));
      }
    }
    usual.forEach(this::repeat);
    administrators();
    new Judgement(this).judge();
  }

  /** Those of transports that nobody gave, with what holds in their place. */
  private Map<String, Param<?>> usual() {
    Map<String, Param<?>> usual = new LinkedHashMap<>();
    for (ParamFamily<?> family : families) {
      for (String transport : transports) {
        String name = family.name(transport);
        boolean isGiven = given.containsKey(name) || presets.containsKey(name);
        if (!isGiven && !name.equals(family.usual().name())) {
          usual.put(name, family.usual());
        }
      }
    }
    return usual;
  }

  /** What was found out for one parameter holds for another; faults are not said again. */
  private void repeat(String name, Param<?> other) {
    values.put(name, Objects.requireNonNull(values.get(other.name())));
    expanded.put(name, expanded.getOrDefault(other.name(), ""));
  }

  /**
   * Once the file says one of an administrator's parameters, all of them are the file's, and none
   * goes by another name: the program could say what that one stands for.
   */
  private void administrators() {
    List<MainCf.Entry> said =
        given.values().stream()
            .filter(
                entry -> {
                  Param<?> param = params.get(entry.name());
                  return param != null && param.has(Trait.ADMINISTRATOR);
                })
            .toList();
    Optional<MainCf.Entry> byFile =
        said.stream().filter(entry -> !entry.place().equals(Place.PROGRAM)).findFirst();
    if (byFile.isEmpty()) {
      return;
    }
    for (MainCf.Entry entry : said) {
      if (!isNew(entry.name())) {
        continue;
      }
      if (entry.place().equals(Place.PROGRAM)) {
        String text =
            "the program says it, and this file says "
                + byFile.get().name()
                + ": only the file may change it";
        faults.add(new Fault(byFile.get().place(), entry.name(), text));
      } else if (entry.value().replace("$$", "").indexOf('$') >= 0) {
        faults.add(
            new Fault(
                entry.place(),
                entry.name(),
                "must not refer to other parameters, which the program may change"));
      }
    }
  }

  Optional<KnownNames.Entry> known(String name) {
    return params.containsKey(name) ? Optional.empty() : KnownNames.all().find(name, transports);
  }

  @Nullable String rawText(String name) {
    MainCf.Entry entry = given.get(name);
    if (entry != null) {
      return entry.value();
    }
    Param<?> param = params.get(name);
    String preset = presets.get(name);
    if (param == null || preset != null) {
      return preset != null ? preset : known(name).map(KnownNames.Entry::preset).orElse(null);
    }
    return param.defaultText();
  }

  private String finish(String name, String text) {
    Param<?> param = params.get(name);
    return param == null || given.containsKey(name) || presets.containsKey(name)
        ? text.strip()
        : param.derive(text.strip());
  }

  private void undefined(String owner, String name) {
    if (isNew(owner) && reportedUndefined.add(name)) {
      notices.add(Notice.warning(place(owner), owner, "undefined parameter: " + name + hint(name)));
    }
  }

  String hint(String name) {
    Set<String> all = new LinkedHashSet<>(params.keySet());
    all.addAll(KnownNames.all().names());
    return Nearest.hint(name, all);
  }

  /** Whether nothing has been said yet about what was given for the name. */
  boolean isNew(String name) {
    MainCf.Entry before = judged.get(name);
    return before == null || !before.equals(given.get(name));
  }

  Place place(String name) {
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

  /** What a text amounts to, with nobody told of what is undefined in it. */
  String quietly(String text) {
    return expanded(text, this::rawText);
  }

  /** The same for a file of before there were levels. */
  String atOldestLevel(String text) {
    String level = ConfigParams.COMPATIBILITY_LEVEL.name();
    return expanded(text, name -> name.equals(level) ? "0" : rawText(name));
  }

  private String expanded(String text, Expansion.Texts texts) {
    try {
      return new Expansion(texts, this::finish, (owner, name) -> {}).expand("", text).strip();
    } catch (BadValue e) {
      return text;
    }
  }

  private void value(Param<?> param) {
    String name = param.name();
    String text = rawText(name);
    if (text == null) {
      throw new IllegalStateException("no text: " + name);
    }
    try {
      read(param, text);
      String read = expanded.get(name);
      if (param.isMatchList() && read != null) {
        comment(name, MatchItems.of(read));
      }
      if (param.isSecret()) {
        exposed(name, text);
      }
    } catch (BadValue e) {
      String shown = expanded.getOrDefault(name, text);
      String found = param.isSecret() ? "***" : "\"" + shown + "\"";
      String why =
          e.reason().isEmpty()
              ? "expected " + param.expected() + ", but found " + found
              : e.reason();
      faults.add(new Fault(place(name), name, why));
      readDefault(param);
    }
  }

  private void read(Param<?> param, String text) {
    String name = param.name();
    String full = text;
    if (!param.has(Trait.DEFERRED_EXPANSION)) {
      full = finish(name, expansion.expand(name, text));
    }
    expanded.put(name, full);
    Object value = before.value(name, full);
    values.put(name, value != null ? value : param.read(full));
  }

  /** What this pass has read, for another one. */
  AlreadyRead read() {
    return new AlreadyRead(expanded, values);
  }

  /** So that what depends on the value can be checked as well. */
  private void readDefault(Param<?> param) {
    try {
      String text = presets.getOrDefault(param.name(), param.defaultText());
      read(param, param.derive(quietly(text)));
    } catch (BadValue e) {
      throw new BadConfiguration(new Report(faults, notices));
    }
  }

  /** A secret is kept from others in its file; one that main.cf says itself makes that one such. */
  private void exposed(String name, String text) {
    Place place = place(name);
    String full = expanded.getOrDefault(name, text);
    if (full.startsWith(ValueType.FILE)) {
      exposed(name, full.substring(ValueType.FILE.length()), "");
    } else if (place.line() > 0 && !text.isEmpty()) {
      exposed(name, place.source(), "; or write file:/PATH and keep the secret there");
    }
  }

  private void exposed(String name, String file, String remedy) {
    String excepted = rawText(ConfigParams.UNSAFE_FILES.name());
    Privacy.faultOfSecret(
            Path.of(file),
            file + " holds a secret and",
            ConfigParams.UNSAFE_FILES.read(excepted == null ? "" : quietly(excepted)))
        .ifPresent(fault -> faults.add(new Fault(place(name), name, fault + remedy)));
  }

  /** A default that repeats another parameter's value repeats no warning. */
  private void comment(String name, MatchItems list) {
    if (!list.comment().isEmpty() && !place(name).equals(Place.DEFAULT) && isNew(name)) {
      notices.add(Notice.warning(place(name), name, name + ": " + list.warning()));
    }
  }
}
