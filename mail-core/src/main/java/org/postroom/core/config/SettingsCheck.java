package org.postroom.core.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.postroom.core.privacy.Privacy;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Notice;
import org.postroom.core.report.Place;
import org.postroom.core.report.Report;

/**
 * One pass over all that {@link Settings} are made of, collecting faults and notices. Most of it
 * has often been found before, by the pass for calm times, for the settings that these go over, or
 * for the defaults: only what may have become something else is looked at.
 */
final class SettingsCheck {

  final SortedMap<String, Param<?>> params;
  final Map<String, MainCf.Entry> given;
  final List<Fault> faults;
  final List<Notice> notices;
  private final Map<String, String> presets;
  private final Set<String> transports;
  private final List<ParamFamily<?>> families;
  private final Map<String, MainCf.Entry> judged;
  private final Set<String> reportedUndefined = new HashSet<>();
  private final Expansion expansion;
  private final Findings before;
  private final Findings found;
  private final Set<String> touched;

  SettingsCheck(
      Settings.Builder builder,
      SortedMap<String, Param<?>> params,
      Map<String, String> presets,
      Findings before) {
    this.before = before;
    this.params = params;
    this.given = new LinkedHashMap<>(builder.given);
    this.judged = Map.copyOf(builder.judged);
    this.presets = Map.copyOf(presets);
    this.transports = Set.copyOf(builder.transports);
    this.families = List.copyOf(builder.families);
    this.faults = new ArrayList<>(builder.faults);
    this.notices = new ArrayList<>(builder.notices);
    this.expansion = new Expansion(this::rawText, this::untouched, this::finish, this::undefined);
    this.found = before.next(params, given, this.presets, transports);
    this.touched = found.touchedSince(before);
    if (touched.contains(ConfigParams.UNSAFE_FILES.name())) {
      for (Param<?> param : params.values()) {
        if (param.isSecret()) {
          touched.add(param.name());
        }
      }
    }
  }

  /** What has been found; whole after {@link #all}. */
  Findings found() {
    return found.refer(touched);
  }

  void all() {
    Map<String, Param<?>> usual = usual();
    for (String name : names()) {
      Param<?> param = params.get(name);
      if (usual.containsKey(name)) {
        continue;
      }
      if (param != null) {
        value(param);
      } else if (known(name).isEmpty()) {
        expandOwn(Objects.requireNonNull(given.get(name)));
      } else {
        found.own().remove(name); // it was the administrator's before its transport was there
      }
    }
    for (Map.Entry<String, Param<?>> one : usual.entrySet()) {
      repeat(one.getKey(), one.getValue());
    }
    administrators();
    new Judgement(this).judge();
  }

  /** What was given comes first, so that faults and notices keep the order of the file. */
  private Collection<String> names() {
    Set<String> names = new LinkedHashSet<>(given.keySet());
    boolean few = touched.size() < params.size() / 2;
    for (String name : few ? new TreeSet<>(touched) : params.keySet()) {
      if (params.containsKey(name)) {
        names.add(name);
      }
    }
    names.retainAll(touched);
    return names;
  }

  /** Those of transports that nobody gave, with what holds in their place. */
  private Map<String, Param<?>> usual() {
    Map<String, Param<?>> usual = new LinkedHashMap<>();
    for (ParamFamily<?> family : families) {
      for (String transport : transports) {
        String name = family.name(transport);
        boolean isGiven = given.containsKey(name) || presets.containsKey(name);
        if (!isGiven && touched.contains(name) && !name.equals(family.usual().name())) {
          usual.put(name, family.usual());
        }
      }
    }
    return usual;
  }

  /** What was found out for one parameter holds for another; faults are not said again. */
  private void repeat(String name, Param<?> other) {
    found
        .values()
        .put(
            Objects.requireNonNull(params.get(name)),
            Objects.requireNonNull(found.value(other.name())));
  }

  /**
   * Once the file says one of an administrator's parameters, all of them are the file's, and none
   * goes by another name: the program could say what that one stands for.
   */
  private void administrators() {
    List<MainCf.Entry> said = new ArrayList<>();
    MainCf.Entry byFile = null;
    for (MainCf.Entry entry : given.values()) {
      Param<?> param = params.get(entry.name());
      if (param != null && param.has(Trait.ADMINISTRATOR)) {
        said.add(entry);
        boolean isFirst = byFile == null && !entry.place().equals(Place.PROGRAM);
        byFile = isFirst ? entry : byFile;
      }
    }
    if (byFile == null) {
      return;
    }
    for (MainCf.Entry entry : said) {
      if (!isNew(entry.name())) {
        continue;
      }
      if (entry.place().equals(Place.PROGRAM)) {
        String text =
            "the program says it, and this file says "
                + byFile.name()
                + ": only the file may change it";
        faults.add(new Fault(byFile.place(), entry.name(), text));
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
    String written = found.written(name);
    if (written != null) {
      return written;
    }
    Optional<KnownNames.Entry> known = known(name);
    return known.isPresent() ? known.get().preset() : null;
  }

  /** What a name amounts to, where that is what it was. */
  private @Nullable String untouched(String name) {
    Param<?> param = params.get(name);
    boolean later = param != null && param.has(Trait.DEFERRED_EXPANSION);
    return later || touched.contains(name) ? null : found.text(name);
  }

  /** The value of a parameter; null where it is none. */
  @Nullable Object value(String name) {
    Findings.Value value = found.value(name);
    return value == null ? null : value.read();
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
    return before == null || !Objects.equals(before, given.get(name));
  }

  Place place(String name) {
    MainCf.Entry entry = given.get(name);
    return entry == null ? Place.DEFAULT : entry.place();
  }

  private void expandOwn(MainCf.Entry entry) {
    String name = entry.name();
    try {
      found.own().put(name, expansion.expand(name, entry.value()).strip());
    } catch (BadValue e) {
      found.own().remove(name);
      fault(name, e.reason());
    }
  }

  /** What is wrong with a value is said again by whoever goes over these settings. */
  private void fault(String name, String text) {
    faults.add(new Fault(place(name), name, text));
    found.unsettled().add(name);
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
    String shown = text;
    try {
      shown = whole(param, text);
      read(param, shown);
      if (param.isMatchList()) {
        comment(name, MatchItems.of(shown));
      }
      if (param.isSecret()) {
        exposed(name, text, shown);
      }
    } catch (BadValue e) {
      String seen = param.isSecret() ? "***" : "\"" + shown + "\"";
      fault(
          name,
          e.reason().isEmpty()
              ? "expected " + param.expected() + ", but found " + seen
              : e.reason());
      readDefault(param);
    }
  }

  private String whole(Param<?> param, String text) {
    return param.has(Trait.DEFERRED_EXPANSION)
        ? text
        : finish(param.name(), expansion.expand(param.name(), text));
  }

  private void read(Param<?> param, String whole) {
    Findings.Value last = before.value(param.name());
    Findings.Value same = last != null && last.text().equals(whole) ? last : null;
    found.values().put(param, same == null ? new Findings.Value(whole, param.read(whole)) : same);
  }

  /** So that what depends on the value can be checked as well. */
  private void readDefault(Param<?> param) {
    try {
      String text = presets.getOrDefault(param.name(), param.defaultText());
      read(param, whole(param, param.derive(quietly(text))));
    } catch (BadValue e) {
      throw new BadConfiguration(new Report(faults, notices));
    }
  }

  /** A secret is kept from others in its file; one that main.cf says itself makes that one such. */
  private void exposed(String name, String text, String whole) {
    Place place = place(name);
    if (whole.startsWith(ValueType.FILE)) {
      exposedIn(name, whole.substring(ValueType.FILE.length()), "");
    } else if (place.line() > 0 && !text.isEmpty()) {
      exposedIn(name, place.source(), "; or write file:/PATH and keep the secret there");
    }
  }

  private void exposedIn(String name, String file, String remedy) {
    String excepted = rawText(ConfigParams.UNSAFE_FILES.name());
    Privacy.faultOfSecret(
            Path.of(file),
            file + " holds a secret and",
            ConfigParams.UNSAFE_FILES.read(excepted == null ? "" : quietly(excepted)))
        .ifPresent(why -> fault(name, why + remedy));
  }

  /** A default that repeats another parameter's value repeats no warning. */
  private void comment(String name, MatchItems list) {
    if (!list.comment().isEmpty() && !place(name).equals(Place.DEFAULT) && isNew(name)) {
      notices.add(Notice.warning(place(name), name, name + ": " + list.warning()));
    }
  }
}
