package org.postroom.core.policy;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.postroom.core.fact.Facts;
import org.postroom.core.inquiry.Wanted;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.restriction.Restriction;
import org.postroom.core.restriction.Verdict;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restrictions of an application's, which lists may name beside those of the catalogue. A
 * permission of theirs opens no relay unless it is {@link Verdict#PROVEN}; whatever they throw
 * refuses for now. Immutable.
 */
public final class AddedRestrictions {
  private static final Logger LOG = LoggerFactory.getLogger(AddedRestrictions.class);

  /** None. */
  public static final AddedRestrictions NONE = new AddedRestrictions(Map.of());

  private final Map<String, Restrictions.Row> rows;

  private AddedRestrictions(Map<String, Restrictions.Row> rows) {
    this.rows = Map.copyOf(rows);
  }

  /**
   * One more.
   *
   * @throws IllegalArgumentException when there is one of that name, or it can be no name
   */
  public AddedRestrictions with(String name, Restriction restriction) {
    HouseRestriction guarded = guarded(name, restriction);
    return with(name, Restrictions.Argument.NONE, (in, none) -> guarded);
  }

  /**
   * One more, with an argument behind its name.
   *
   * @param ofArgument makes it, whenever a configuration is read; {@code BadValue} for what is no
   *     argument
   * @throws IllegalArgumentException as {@link #with(String, Restriction)}
   */
  public AddedRestrictions with(String name, Function<String, Restriction> ofArgument) {
    return with(
        name,
        Restrictions.Argument.TEXT,
        (in, argument) -> guarded(name, ofArgument.apply(argument)));
  }

  private AddedRestrictions with(
      String name, Restrictions.Argument argument, Restrictions.Factory factory) {
    if (!name.matches("[a-z][a-z0-9_]*")) {
      throw new IllegalArgumentException("no name of a restriction: " + name);
    }
    if (rows.containsKey(name) || Restrictions.named(name).isPresent()) {
      throw new IllegalArgumentException("there is a restriction " + name + " already");
    }
    Map<String, Restrictions.Row> more = new LinkedHashMap<>(rows);
    more.put(
        name,
        new Restrictions.Row(name, argument, Effect.NEUTRAL, factory, "The application's own."));
    return new AddedRestrictions(more);
  }

  /** The one of that name, be it of the catalogue or added. */
  Optional<Restrictions.Row> named(String name) {
    return Restrictions.named(name)
        .or(() -> Optional.ofNullable(rows.get(name.toLowerCase(Locale.ROOT))));
  }

  /** What others have written may fail in any way; the mail waits then. */
  private static HouseRestriction guarded(String name, Restriction restriction) {
    return (mail, facts) -> judged(name, restriction, mail, facts);
  }

  private static Verdict judged(
      String name, Restriction restriction, PolicyContext mail, Facts facts) {
    try {
      return restriction.judge(mail, facts);
    } catch (Wanted | LookupUnavailable | StorageUnavailable e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.error("the restriction {} has failed", name, e);
      return Verdict.MISCONFIGURED;
    }
  }
}
