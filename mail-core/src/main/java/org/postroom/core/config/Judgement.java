package org.postroom.core.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Notice;
import org.postroom.core.report.ParamClass;
import org.postroom.core.report.Place;

/** Says what we do not do with what was given, and what nobody knows. */
final class Judgement {
  private final SettingsCheck check;
  private @Nullable Set<String> used;

  Judgement(SettingsCheck check) {
    this.check = check;
  }

  void judge() {
    for (MainCf.Entry entry : check.given.values()) {
      String name = entry.name();
      if (!check.isNew(name)) {
        continue;
      }
      Param<?> param = check.params.get(name);
      Optional<KnownNames.Entry> known = check.known(name);
      if (param != null) {
        declared(entry, param);
      } else if (known.isPresent()) {
        known(entry, known.get());
      } else if (!used().contains(name)) {
        String text = "unused parameter: " + name + "=" + entry.value() + check.hint(name);
        say(Notice.Level.WARNING, entry.place(), name, ParamClass.UNKNOWN, text);
      }
    }
    String level = ConfigParams.COMPATIBILITY_LEVEL.name();
    if (!check.given.containsKey(level)) {
      newDefaults();
    } else if (check.isNew(level)) {
      oldDefaults();
    }
  }

  private void declared(MainCf.Entry entry, Param<?> param) {
    if (param.paramClass() == ParamClass.PARTIAL && !entry.value().equals(param.defaultText())) {
      String text = param.name() + " is only partly what it was: " + param.note();
      say(Notice.Level.WARNING, entry.place(), param.name(), ParamClass.PARTIAL, text);
    }
  }

  /** A default that is another one at the level that was asked for is as good as given. */
  private void oldDefaults() {
    Place place = check.place(ConfigParams.COMPATIBILITY_LEVEL.name());
    for (KnownNames.Entry known : byLevel()) {
      known(new MainCf.Entry(known.name(), check.quietly(known.preset()), place), known);
    }
  }

  /** A file that asks for no level may be of before there were any. */
  private void newDefaults() {
    Optional<String> file =
        check.given.values().stream()
            .filter(entry -> entry.place().line() > 0 && check.isNew(entry.name()))
            .map(entry -> entry.place().source())
            .findFirst();
    if (file.isEmpty()) {
      return;
    }
    List<String> others = new ArrayList<>();
    byLevel().forEach(known -> others.add(assignment(known.name(), known.preset())));
    for (Param<?> param : check.params.values()) {
      if (!check.given.containsKey(param.name()) && isByLevel(param.defaultText())) {
        others.add(assignment(param.name(), param.defaultText()));
      }
    }
    String level = ConfigParams.COMPATIBILITY_LEVEL.name();
    say(
        Notice.Level.DETAIL,
        new Place(file.get(), 0),
        level,
        ParamClass.IMPLEMENTED,
        level
            + " is not set, and the newest defaults hold; Postfix would use "
            + String.join("; ", others));
  }

  private String assignment(String name, String text) {
    return (name + " = " + check.atOldestLevel(text)).strip();
  }

  /** Those that nobody set, and that we would have to act upon. */
  private List<KnownNames.Entry> byLevel() {
    return KnownNames.all().entries().stream()
        .filter(known -> isByLevel(known.preset()))
        .filter(known -> known.paramClass() != ParamClass.SILENT)
        .filter(known -> known.paramClass() != ParamClass.NO_EFFECT)
        .filter(known -> !check.given.containsKey(known.name()))
        .filter(known -> !check.params.containsKey(known.name()))
        .toList();
  }

  private static boolean isByLevel(String text) {
    return text.contains("$" + ConfigParams.COMPATIBILITY_LEVEL);
  }

  private void known(MainCf.Entry entry, KnownNames.Entry known) {
    String name = entry.name();
    Place place = entry.place();
    String note = known.note().isEmpty() ? "" : ": " + known.note();
    ParamClass paramClass = known.paramClass();
    if (paramClass == ParamClass.SILENT) {
      say(Notice.Level.DETAIL, place, name, paramClass, name + " has no meaning here");
    } else if (changesNothing(known, entry.value())) {
      return;
    } else if (paramClass == ParamClass.NO_EFFECT) {
      say(Notice.Level.NOTE, place, name, paramClass, name + " has no effect here" + note);
    } else if (paramClass == ParamClass.PARTIAL) {
      String text = name + " = " + entry.value() + " is not acted upon" + note;
      say(Notice.Level.WARNING, place, name, paramClass, text);
    } else if (isAccepted(known)) {
      String text = name + " is not supported and ignored" + note;
      say(Notice.Level.WARNING, place, name, paramClass, text);
    } else {
      check.faults.add(
          new Fault(
              place,
              name,
              paramClass,
              "is not supported, and ignoring it would not be safe"
                  + note
                  + "; remove it, or add it to "
                  + ConfigParams.ACCEPT_UNSUPPORTED));
    }
  }

  private boolean changesNothing(KnownNames.Entry known, String text) {
    String value = check.quietly(text);
    boolean isPreset =
        !isByLevel(known.preset())
            && (text.equals(known.preset())
                || value.equalsIgnoreCase(check.quietly(known.preset())));
    return isPreset || known.isAsGood(text) || known.isAsGood(value);
  }

  private boolean isAccepted(KnownNames.Entry known) {
    int equals = known.unless().indexOf('=');
    if (equals > 0) {
      String text = check.rawText(known.unless().substring(0, equals));
      if (text != null && check.quietly(text).equals(known.unless().substring(equals + 1))) {
        return true;
      }
    }
    return check.value(ConfigParams.ACCEPT_UNSUPPORTED.name()) instanceof List<?> names
        && names.contains(known.name());
  }

  private void say(
      Notice.Level level, Place place, String name, ParamClass paramClass, String text) {
    check.notices.add(new Notice(level, place, name, paramClass, text));
  }

  /** A name nobody knows and nobody uses was probably mistyped. */
  private Set<String> used() {
    Set<String> before = used;
    if (before != null) {
      return before;
    }
    Set<String> used = new HashSet<>();
    for (Param<?> param : check.params.values()) {
      References.collect(check.rawText(param.name()), used);
      if (param.has(Trait.NAMES_PARAMETERS) && check.value(param.name()) instanceof List<?> own) {
        own.forEach(name -> used.add(String.valueOf(name)));
      }
    }
    check.given.values().forEach(entry -> References.collect(entry.value(), used));
    this.used = used;
    return used;
  }
}
