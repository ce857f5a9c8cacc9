package org.postroom.testkit.fault;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** When a fault happens. */
public sealed interface Occasion {

  /**
   * Something in a session.
   *
   * @param door of this listener only
   * @param verb at this only
   * @param from the mail's sender
   * @param to one of its recipients
   * @param session the how manieth session of the protocol, from 1
   * @param afterSent when the client has sent so many octets of it
   * @param afterAnswered when the client has heard so many octets of the answer
   * @param first the how manieth time, from 1
   * @param count how many times from there
   * @param chance how often of those times, at most 1
   */
  record Said(
      Protocol protocol,
      Optional<String> door,
      Optional<Verb> verb,
      Optional<String> from,
      Optional<String> to,
      OptionalInt session,
      OptionalLong afterSent,
      OptionalLong afterAnswered,
      long first,
      long count,
      double chance)
      implements Occasion {

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      text.append(door.orElse(protocol.toString())).append(": ");
      text.append(new Times(first, count)).append(' ');
      text.append(verb.map(Verb::name).orElse("command"));
      from.ifPresent(address -> text.append(" from <").append(address).append('>'));
      to.ifPresent(address -> text.append(" to <").append(address).append('>'));
      session.ifPresent(number -> text.append(" in session ").append(number));
      afterSent.ifPresent(octets -> text.append(" after ").append(octets).append(" octets"));
      afterAnswered.ifPresent(
          octets -> text.append(" after ").append(octets).append(" octets of the answer"));
      if (chance < 1) {
        text.append(" with chance ").append(chance);
      }
      return text.toString();
    }
  }

  /** The store is to do something. */
  record Kept(StoreWork work, long first, long count) implements Occasion {
    @Override
    public String toString() {
      return "store: " + new Times(first, count) + " " + work;
    }
  }

  /** A name is looked up. */
  record Asked(String name, long first, long count) implements Occasion {
    @Override
    public String toString() {
      return "dns: " + new Times(first, count) + " " + name;
    }
  }
}
