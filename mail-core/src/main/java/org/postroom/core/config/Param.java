package org.postroom.core.config;

import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.report.ParamClass;

/**
 * One parameter: its name, type, default, meaning and what a change of it needs. Declared once, as
 * a constant beside the code that obeys it, and read by {@link Settings#get}.
 *
 * @param <T> the type a reader gets
 */
public final class Param<T> {

  private final String name;
  private final String defaultText;
  private final ValueType<T> type;
  private final Function<String, String> derivation;
  private final Supplier<String> doc;
  private final ParamClass paramClass;
  private final String note;
  private final Set<Trait> traits;

  /** What the default reads as: each listener of each server asks, and it is always the same. */
  private volatile @Nullable T ofDefault;

  Param(
      String name,
      String defaultText,
      ValueType<T> type,
      Function<String, String> derivation,
      Supplier<String> doc,
      ParamClass paramClass,
      String note,
      Set<Trait> traits) {
    this.name = name;
    this.defaultText = defaultText;
    this.type = type;
    this.derivation = derivation;
    this.doc = doc;
    this.paramClass = paramClass;
    this.note = note;
    this.traits = Set.copyOf(traits);
  }

  /** As in a configuration file. */
  public String name() {
    return name;
  }

  /** As an administrator writes it, {@code $name} unexpanded. */
  public String defaultText() {
    return defaultText;
  }

  /** What it means, for listings and the reference page. */
  public String doc() {
    return doc.get().strip();
  }

  /** What a value must be, to follow the word "expected". */
  public String expected() {
    return type.expected();
  }

  ValueType<T> type() {
    return type;
  }

  public ParamClass paramClass() {
    return paramClass;
  }

  /** What start-up says when a parameter that is not fully implemented is set; else empty. */
  public String note() {
    return note;
  }

  public boolean has(Trait trait) {
    return traits.contains(trait);
  }

  /** Whether values must never be printed. */
  public boolean isSecret() {
    return type.expected().equals(ValueType.SECRET.expected());
  }

  /** Whether it is a list that ends at a comment; see {@link MatchItems}. */
  boolean isMatchList() {
    return type.isMatchList();
  }

  /** Whether a text may name a file, and so be what the file says by then. */
  static boolean isOfFile(String expanded) {
    return expanded.startsWith("/") || expanded.startsWith(ValueType.FILE);
  }

  /** The value of a text that has been expanded; {@link BadValue} if it is none. */
  T read(String expanded) {
    if (isOfFile(expanded) || !expanded.equals(defaultText)) {
      return type.read(expanded);
    }
    T value = ofDefault;
    if (value == null) {
      value = type.read(expanded);
      ofDefault = value;
    }
    return value;
  }

  /** The text that reads back as the value: what a program sets and a listing prints. */
  String write(T value) {
    String text = type.write(value);
    return has(Trait.DEFERRED_EXPANSION) ? text : text.replace("$", "$$");
  }

  /** Makes the expanded default text the default, for one that is computed from another's value. */
  String derive(String expandedDefault) {
    return derivation.apply(expandedDefault);
  }

  /**
   * One that is the same in all but its name, its default and what is said of it.
   *
   * @param otherDoc is asked for when somebody reads it
   */
  Param<T> mirrored(String otherName, String otherDefault, Supplier<String> otherDoc) {
    return new Param<>(
        otherName, otherDefault, type, derivation, otherDoc, paramClass, note, traits);
  }

  Param<T> partly(String what) {
    return new Param<>(name, defaultText, type, derivation, doc, ParamClass.PARTIAL, what, traits);
  }

  @Override
  public String toString() {
    return name;
  }
}
