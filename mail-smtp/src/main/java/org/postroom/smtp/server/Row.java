package org.postroom.smtp.server;

import java.util.EnumSet;
import java.util.Set;

/**
 * What the session must know of a command before it runs it.
 *
 * @param verb in upper case
 * @param help its form, for HELP
 * @param parser reads its arguments
 * @param traits what is special about it
 */
public record Row(String verb, String help, Command.Parser parser, Set<Trait> traits) {

  public Row {
    traits = Set.copyOf(traits);
  }

  /** What is special about a command. */
  public enum Trait {
    /** The client must wait for the answer before it goes on (RFC 2920, 3.1). */
    SYNCHRONIZES,
    /** Allowed in clear where TLS is a must (RFC 3207, 4). */
    WITHOUT_TLS,
    /** Does nothing for a mail: too many of them are errors. */
    JUNK,
    /** Done for a client that may not be here: what ends a session, or must not be misread. */
    WHEN_DENIED
  }

  /** A row without traits. */
  public static Row of(String verb, String help, Command.Parser parser) {
    return new Row(verb, help, parser, Set.of());
  }

  /** The same with one trait more. */
  public Row with(Trait trait) {
    Set<Trait> more = EnumSet.of(trait);
    more.addAll(traits);
    return new Row(verb, help, parser, more);
  }

  boolean has(Trait trait) {
    return traits.contains(trait);
  }
}
