package org.postroom.core.config;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What one pass over a configuration has found: for who asks for values, and for another pass over
 * nearly the same. Nothing in it changes after its own pass.
 *
 * @param params by their names
 * @param given what somebody wrote
 * @param presets what stands for defaults
 * @param transports that may have parameters of their own
 * @param values of all parameters
 * @param own the expanded texts of the administrator's own names
 * @param unsettled names that another pass has to look at whatever has changed, as it may say
 *     something of them, or find something else
 */
record Findings(
    SortedMap<String, Param<?>> params,
    Map<String, MainCf.Entry> given,
    Map<String, String> presets,
    Set<String> transports,
    IdentityHashMap<Param<?>, Value> values,
    Map<String, String> own,
    Set<String> unsettled,
    References references) {

  /** Before the first pass. */
  static final Findings NONE =
      new Findings(
          Collections.emptySortedMap(),
          Map.of(),
          Map.of(),
          Set.of(),
          new IdentityHashMap<>(),
          Map.of(),
          Set.of(),
          References.NONE);

  /** A parameter's value, and the expanded text that it was read from. */
  record Value(String text, Object read) {}

  /** That of a parameter; null where there is no such parameter. */
  @Nullable Value value(String name) {
    Param<?> param = params.get(name);
    return param == null ? null : values.get(param);
  }

  /** The expanded text of any name; null where it is none of these. */
  @Nullable String text(String name) {
    Param<?> param = params.get(name);
    if (param == null) {
      return own.get(name);
    }
    Value value = values.get(param);
    return value == null ? null : value.text();
  }

  /** What a name has been written as, or stands at, unexpanded; null where it is none of these. */
  @Nullable String written(String name) {
    MainCf.Entry entry = given.get(name);
    if (entry != null) {
      return entry.value();
    }
    String preset = presets.get(name);
    Param<?> param = params.get(name);
    return preset != null || param == null ? preset : param.defaultText();
  }

  /** The values, to be changed; a clone costs next to nothing. */
  @SuppressWarnings("unchecked") // it is of the same type
  private IdentityHashMap<Param<?>, Value> copyOfValues() {
    return (IdentityHashMap<Param<?>, Value>) values.clone();
  }

  /** For a pass over something else, which changes values, own names and what is unsettled. */
  Findings next(
      SortedMap<String, Param<?>> otherParams,
      Map<String, MainCf.Entry> otherGiven,
      Map<String, String> otherPresets,
      Set<String> otherTransports) {
    return new Findings(
        otherParams,
        otherGiven,
        otherPresets,
        otherTransports,
        copyOfValues(),
        new HashMap<>(own),
        new HashSet<>(),
        references);
  }

  /** The names that may amount to something else than they do in {@code before}. */
  Set<String> touchedSince(Findings before) {
    boolean alike = before.given.isEmpty() || transports.equals(before.transports);
    Findings last = alike ? before : NONE; // a name may belong to a transport, or not any more
    Set<String> changed = new HashSet<>(last.unsettled);
    if (params != last.params) {
      note(params, last.params, changed);
    }
    note(given, last.given, changed);
    note(presets, last.presets, changed);
    note(last.presets, presets, changed);
    return last.references.reach(changed, this::isHere);
  }

  /** What stands otherwise in the other ones, or not at all. */
  private static void note(Map<String, ?> some, Map<String, ?> others, Set<String> changed) {
    for (Map.Entry<String, ?> one : some.entrySet()) {
      if (!Objects.equals(one.getValue(), others.get(one.getKey()))) {
        changed.add(one.getKey());
      }
    }
  }

  private boolean isHere(String name) {
    return params.containsKey(name) || given.containsKey(name) || presets.containsKey(name);
  }

  /**
   * With the references in the texts of those names. One that is expanded later is among them: it
   * is expanded at once where another text refers to it.
   */
  Findings refer(Set<String> names) {
    References all = references.and(names, this::written);
    return new Findings(params, given, presets, transports, values, own, unsettled, all);
  }

  /** The same for later: what names a file will be what the file says by then. */
  Findings forLater() {
    IdentityHashMap<Param<?>, Value> lasting = copyOfValues();
    Set<String> again = new HashSet<>(unsettled);
    for (Param<?> param : params.values()) {
      Value value = values.get(param);
      if (value != null && Param.isOfFile(value.text())) {
        lasting.remove(param);
        again.add(param.name());
      }
    }
    return new Findings(
        params, given, presets, transports, lasting, own, Set.copyOf(again), references);
  }

  /** The same where those names are as {@code started} has them. */
  Findings asStarted(Findings started, Collection<String> names) {
    Map<String, MainCf.Entry> mixed = new LinkedHashMap<>(given);
    IdentityHashMap<Param<?>, Value> inEffect = copyOfValues();
    for (String name : names) {
      inEffect.put(
          Objects.requireNonNull(params.get(name)), Objects.requireNonNull(started.value(name)));
      MainCf.Entry entry = started.given.get(name);
      if (entry != null) {
        mixed.put(name, entry);
      } else {
        mixed.remove(name);
      }
    }
    Set<String> again = new HashSet<>(unsettled);
    again.addAll(names);
    return new Findings(
        params, mixed, presets, transports, inEffect, own, Set.copyOf(again), references);
  }
}
