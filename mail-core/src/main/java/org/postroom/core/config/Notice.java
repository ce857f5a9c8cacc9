package org.postroom.core.config;

/** Something an administrator should know about a configuration that is usable all the same. */
public record Notice(Level level, Place place, String name, String text) {

  /** How loudly it is said. */
  public enum Level {
    /** Once, as {@code note:}. */
    NOTE,
    /** At each start, as {@code warning:}. */
    WARNING
  }

  static Notice warning(Place place, String name, String text) {
    return new Notice(Level.WARNING, place, name, text);
  }

  @Override
  public String toString() {
    return (level == Level.NOTE ? "note: " : "warning: ") + place + ": " + text;
  }
}
