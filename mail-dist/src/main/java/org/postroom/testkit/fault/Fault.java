package org.postroom.testkit.fault;

/** A rule: what happens when. */
public record Fault(Occasion when, Act act) {

  @Override
  public String toString() {
    return when + ": " + act;
  }
}
