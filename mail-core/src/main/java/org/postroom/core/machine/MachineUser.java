package org.postroom.core.machine;

/**
 * A user of this machine (passwd(5)).
 *
 * @param group the number of his first group
 */
public record MachineUser(String name, long number, long group, String home, String shell) {

  /** Whether he may do everything. */
  public boolean isRoot() {
    return number == 0;
  }
}
