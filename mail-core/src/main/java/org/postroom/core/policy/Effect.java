package org.postroom.core.policy;

/** What a rule does to a stranger's mail for elsewhere, which decides whether a list is safe. */
enum Effect {
  /** Everybody is permitted. */
  PERMITS_ALL("permitted to everybody"),
  /** Nobody is. */
  REFUSES_ALL("refused to everybody"),
  /** Some are permitted, because of who they are. */
  PERMITS_SOME("permitted to some"),
  /** Such mail is refused. */
  DENIES_RELAY("refused"),
  /** Nobody can tell beforehand; a permission of such a rule never opens the relay. */
  NEUTRAL("");

  private final String words;

  Effect(String words) {
    this.words = words;
  }

  /** What becomes of such mail, for people; empty where nobody can tell. */
  String words() {
    return words;
  }
}
