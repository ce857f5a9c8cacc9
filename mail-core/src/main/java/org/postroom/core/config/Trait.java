package org.postroom.core.config;

/** What is special about a parameter. */
public enum Trait {
  /** A change needs a restart; a reload says so and keeps the old value in effect. */
  RESTART,
  /** {@code $name} is not expanded with parameters but later, with values of the single mail. */
  DEFERRED_EXPANSION,
  /**
   * What the configuration file says of it stands above what the program says: once it says one
   * such parameter, the program says none of them.
   */
  ADMINISTRATOR,
  /** The items of this list are names of parameters that the administrator defines. */
  NAMES_PARAMETERS
}
