package org.postroom.core.report;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something an administrator should know about a configuration that is usable all the same.
 *
 * @param paramClass of the name
 */
public record Notice(Level level, Place place, String name, ParamClass paramClass, String text) {

  /** How loudly it is said. */
  public enum Level {
    /** Only to who asks for it. */
    DETAIL,
    /** At each start, as {@code note:}. */
    NOTE,
    /** At each start, as {@code warning:}. */
    WARNING;

    /** As reports call it. */
    public String word() {
      return this == WARNING ? "warning" : "note";
    }
  }

  /** A warning about something that we act upon. */
  public static Notice warning(Place place, String name, String text) {
    return new Notice(Level.WARNING, place, name, ParamClass.IMPLEMENTED, text);
  }

  // As a record's are, without what the JVM makes up for them at their first use: a start asks.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Notice notice
        && level == notice.level
        && place.equals(notice.place)
        && name.equals(notice.name)
        && paramClass == notice.paramClass
        && text.equals(notice.text);
  }

  @Override
  public int hashCode() {
    return Objects.hash(level, place, name, paramClass, text);
  }

  @Override
  public String toString() {
    return level.word() + ": " + place + ": " + text;
  }
}
