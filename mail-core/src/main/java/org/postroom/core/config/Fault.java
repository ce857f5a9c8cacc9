package org.postroom.core.config;

/** One reason why a configuration cannot be used: where, which parameter, and what to mend. */
public record Fault(Place place, String name, String text) {

  /** The one line an administrator reads. */
  @Override
  public String toString() {
    return place + ": " + (name.isEmpty() ? "" : name + ": ") + text;
  }
}
