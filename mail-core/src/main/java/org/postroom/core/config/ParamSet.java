package org.postroom.core.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.postroom.core.report.ParamClass;
import org.postroom.core.secret.Secret;

/**
 * The parameters that one part of the house declares. Everything that lists, documents or checks
 * parameters reads sets; there is no scanning.
 *
 * <pre>{@code
 * private static final ParamSet.Builder SET = ParamSet.named("smtp");
 *
 * public static final Param<Duration> SESSION_TIMEOUT = SET.time(
 *     "smtpd_timeout", "300s", Bounds.atLeast("1s"), "How long the server waits for a command.");
 *
 * public static final ParamSet ALL = SET.build();   // the last line
 * }</pre>
 */
public final class ParamSet {

  private final String name;
  private final Map<String, Param<?>> params;
  private final List<ParamFamily<?>> families;

  private ParamSet(String name, Map<String, Param<?>> params, List<ParamFamily<?>> families) {
    this.name = name;
    this.params = params;
    this.families = List.copyOf(families);
  }

  public static Builder named(String name) {
    return new Builder(name);
  }

  public String name() {
    return name;
  }

  /** In the order of declaration. */
  public List<Param<?>> params() {
    return List.copyOf(params.values());
  }

  /** Those that every transport has one of, in the order of declaration. */
  public List<ParamFamily<?>> families() {
    return families;
  }

  /**
   * Declares one parameter after another and hands each out as a constant. A declaration that
   * contradicts itself (a default outside its own bounds, a name twice) throws {@link
   * IllegalArgumentException}: it is a mistake in the program.
   */
  public static final class Builder {

    private final String name;
    private final Map<String, Param<?>> params = new LinkedHashMap<>();
    private final List<ParamFamily<?>> families = new ArrayList<>();

    private Builder(String name) {
      this.name = name;
    }

    /** A time in whole seconds or larger units; the letter ending the default is the unit. */
    public Param<Duration> time(String name, String preset, String doc, Trait... traits) {
      return time(name, preset, Bounds.NONE, doc, traits);
    }

    public Param<Duration> time(
        String name, String preset, Bounds bounds, String doc, Trait... traits) {
      return add(name, preset, ValueType.time(unit(preset), bounds), doc, traits);
    }

    /** A decimal number without unit. */
    public Param<Integer> integer(String name, String preset, String doc, Trait... traits) {
      return integer(name, preset, Bounds.NONE, doc, traits);
    }

    public Param<Integer> integer(
        String name, String preset, Bounds bounds, String doc, Trait... traits) {
      return add(name, preset, ValueType.integer(bounds), doc, traits);
    }

    /** A decimal number of 64 bits without unit, as the compatible systems write sizes. */
    public Param<Long> longs(String name, String preset, String doc, Trait... traits) {
      return longs(name, preset, Bounds.NONE, doc, traits);
    }

    public Param<Long> longs(
        String name, String preset, Bounds bounds, String doc, Trait... traits) {
      return add(name, preset, ValueType.longs(bounds), doc, traits);
    }

    /** A number of bytes that may end in k, M, G or T (powers of 1024). */
    public Param<Long> size(String name, String preset, String doc, Trait... traits) {
      return size(name, preset, Bounds.NONE, doc, traits);
    }

    public Param<Long> size(
        String name, String preset, Bounds bounds, String doc, Trait... traits) {
      return add(name, preset, ValueType.size(bounds), doc, traits);
    }

    /** A reply code of SMTP that refuses: 400 to 599. */
    public Param<Integer> replyCode(String name, String preset, String doc, Trait... traits) {
      return integer(name, preset, Bounds.between("400", "599"), doc, traits);
    }

    /** {@code yes} or {@code no}. */
    public Param<Boolean> bool(String name, String preset, String doc, Trait... traits) {
      return add(name, preset, ValueType.BOOL, doc, traits);
    }

    public Param<String> text(String name, String preset, String doc, Trait... traits) {
      return add(name, preset, ValueType.TEXT, doc, traits);
    }

    /** Text, or the path (beginning with a slash) of a file whose first line is the text. */
    public Param<String> textOrFile(String name, String preset, String doc, Trait... traits) {
      return add(name, preset, ValueType.TEXT_OR_FIRST_LINE, doc, traits);
    }

    /** Items separated by commas and white space; {@code {...}} stays together, with braces. */
    public Param<List<String>> list(String name, String preset, String doc, Trait... traits) {
      return add(name, preset, ValueType.LIST, doc, traits);
    }

    /** Patterns of names or addresses; see {@link MatchItems}. */
    public Param<List<String>> matchList(String name, String preset, String doc, Trait... traits) {
      return add(name, preset, ValueType.MATCH_LIST, doc, traits);
    }

    /** One of an enum's constants, in lower case with hyphens, or as {@link Choice} spells it. */
    public <E extends Enum<E>> Param<E> choice(
        String name, String preset, Class<E> type, String doc, Trait... traits) {
      return add(name, preset, ValueType.choice(type), doc, traits);
    }

    /** A path that must be given. */
    public Param<Path> path(String name, String preset, String doc, Trait... traits) {
      return add(name, preset, ValueType.PATH, doc, traits);
    }

    /** A path, or nothing when the text is empty. */
    public Param<Optional<Path>> optionalPath(
        String name, String preset, String doc, Trait... traits) {
      return add(name, preset, ValueType.OPTIONAL_PATH, doc, traits);
    }

    /** A secret, written as it is or as {@code file:/path} (its first line). Never printed. */
    public Param<Secret> secret(String name, String preset, String doc, Trait... traits) {
      return add(name, preset, ValueType.SECRET, doc, traits);
    }

    /**
     * A value of a type of its own.
     *
     * @param expected what a value must be, to follow the word "expected"
     * @param reader from expanded text; throws {@link BadValue} and nothing else
     * @param writer the text that reads back as the value
     */
    public <T> Param<T> value(
        String name,
        String preset,
        String expected,
        Function<String, T> reader,
        Function<T, String> writer,
        String doc,
        Trait... traits) {
      return add(name, preset, ValueType.of(expected, reader, writer), doc, traits);
    }

    /** A text whose default is computed from the expansion of {@code preset}. */
    public Param<String> derived(
        String name,
        String preset,
        Function<String, String> derivation,
        String doc,
        Trait... traits) {
      return put(
          new Param<>(
              name,
              preset,
              ValueType.TEXT,
              derivation,
              () -> doc,
              ParamClass.IMPLEMENTED,
              "",
              Set.of(traits)));
    }

    /**
     * Has every transport have its own: the transport's name with {@code ending} behind it, and
     * {@code usual} where that is not given.
     */
    public <T> ParamFamily<T> forEachTransport(String ending, Param<T> usual) {
      ParamFamily<T> family = new ParamFamily<>(ending, usual);
      families.add(family);
      return family;
    }

    /** Takes in a parameter that other sets hold too, because several parts obey it. */
    public <T> Param<T> include(Param<T> param) {
      return put(param);
    }

    /** Takes in all of another set. */
    public void includeAll(ParamSet other) {
      for (Param<?> param : other.params()) {
        put(param);
      }
    }

    /** Says that a parameter of this set is obeyed only in part; {@code note} says in what. */
    public <T> Param<T> partly(Param<T> param, String note) {
      Param<T> partial = param.partly(note);
      params.put(param.name(), partial);
      return partial;
    }

    public ParamSet build() {
      return new ParamSet(name, new LinkedHashMap<>(params), families);
    }

    private <T> Param<T> add(
        String name, String preset, ValueType<T> type, String doc, Trait... traits) {
      Param<T> param =
          new Param<>(
              name,
              preset,
              type,
              Function.identity(),
              () -> doc,
              ParamClass.IMPLEMENTED,
              "",
              Set.of(traits));
      boolean readsFiles = preset.startsWith("/") || preset.startsWith("file:");
      if (preset.indexOf('$') < 0 && !readsFiles) {
        try {
          param.read(preset);
        } catch (BadValue e) {
          throw new IllegalArgumentException("default of " + name + ": " + preset, e);
        }
      }
      return put(param);
    }

    private <T> Param<T> put(Param<T> param) {
      if (params.putIfAbsent(param.name(), param) != null) {
        throw new IllegalArgumentException("declared twice: " + param.name());
      }
      return param;
    }

    private static char unit(String preset) {
      char last = preset.isEmpty() ? ' ' : preset.charAt(preset.length() - 1);
      return "smhdw".indexOf(last) >= 0 && preset.indexOf('$') < 0 ? last : 's';
    }
  }
}
