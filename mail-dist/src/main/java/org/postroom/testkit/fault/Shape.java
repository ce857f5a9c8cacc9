package org.postroom.testkit.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import java.util.SplittableRandom;

/** What answers look like that are not left as they are. */
final class Shape {
  private static final String END = "\r\n";

  private final Grammar grammar;

  Shape(Grammar grammar) {
    this.grammar = grammar;
  }

  /**
   * A line as the client is to hear it.
   *
   * @param octetsFollow whether the line goes on behind a literal
   */
  byte[] of(Exchange to, String line, byte[] octets, Grammar.Answer part, boolean octetsFollow) {
    String reply = to.reply;
    if (reply != null) {
      String other = part == Grammar.Answer.DONE ? grammar.reply(to, reply) + END : "";
      return other.getBytes(UTF_8);
    }
    boolean isList = to.verb == Verb.EHLO || to.verb == Verb.LHLO;
    if (to.without.isEmpty() || octetsFollow || grammar.protocol.takesMail() && !isList) {
      return octets;
    }
    Optional<String> rest = Optional.of(line);
    for (String capability : to.without) {
      rest = rest.flatMap(it -> grammar.without(to, it, capability));
    }
    if (!grammar.protocol.takesMail()) {
      return rest.map(it -> it + END).orElse("").getBytes(UTF_8);
    }
    // The last line of an answer is written otherwise: which one is the last is known then.
    Optional<String> ready = rest.isPresent() ? to.keep(rest.get()) : Optional.empty();
    String before = ready.map(it -> it + END).orElse("");
    if (part != Grammar.Answer.DONE) {
      return before.getBytes(UTF_8);
    }
    String last = to.keep(null).orElse(line);
    return (before + last.substring(0, 3) + " " + last.substring(Math.min(4, last.length())) + END)
        .getBytes(UTF_8);
  }

  /** The same with some octets that are others; lines stay lines. */
  static byte[] garbled(byte[] octets, SplittableRandom random) {
    byte[] other = octets.clone();
    for (int i = 0; i < other.length; i++) {
      if (other[i] != '\r' && other[i] != '\n' && random.nextInt(4) == 0) {
        other[i] = (byte) ('!' + random.nextInt('~' - '!'));
      }
    }
    return other;
  }
}
