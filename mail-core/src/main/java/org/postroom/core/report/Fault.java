package org.postroom.core.report;

/**
 * One reason why a configuration cannot be used: where, which parameter, and what to mend.
 *
 * @param paramClass of the name; a name that we act upon has a value that we cannot act upon
 */
public record Fault(Place place, String name, ParamClass paramClass, String text) {

  public Fault(Place place, String name, String text) {
    this(place, name, ParamClass.IMPLEMENTED, text);
  }

  /** The one line an administrator reads. */
  @Override
  public String toString() {
    return place + ": " + (name.isEmpty() ? "" : name + ": ") + text;
  }
}
