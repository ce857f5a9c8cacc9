package org.postroom.core.policy;

/** What a rule does to a stranger's mail for elsewhere, which decides whether a list is safe. */
enum Effect {
  /** Everybody is permitted. */
  PERMITS_ALL,
  /** Nobody is. */
  REFUSES_ALL,
  /** Some are permitted, because of who they are. */
  PERMITS_SOME,
  /** Such mail is refused. */
  DENIES_RELAY,
  /** Nobody can tell beforehand; a permission of such a rule never opens the relay. */
  NEUTRAL
}
