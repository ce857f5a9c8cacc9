package org.postroom.testkit.fault;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * When something is to happen in a session; says what, as the last, and that sets the fault.
 *
 * <pre>{@code
 * mail.smtp().next(RCPT).to("bob@example.org").reply(450, "4.2.0 Greylisted");
 * mail.imap().every(FETCH).afterAnswered(10_000).drop();
 * }</pre>
 */
public final class When {
  private final Rules rules;
  private final Protocol protocol;
  private final Optional<String> door;
  private final @Nullable Verb verb;
  private Times times;
  private @Nullable String from;
  private @Nullable String to;
  private OptionalInt session = OptionalInt.empty();
  private OptionalLong afterSent = OptionalLong.empty();
  private OptionalLong afterAnswered = OptionalLong.empty();
  private double chance = 1;

  When(Rules rules, Protocol protocol, Optional<String> door, Optional<Verb> verb, Times times) {
    this.rules = rules;
    this.protocol = protocol;
    this.door = door;
    this.verb = verb.orElse(null);
    this.times = times;
    if (verb.isPresent() && !verb.get().isOf(protocol)) {
      throw misfit(
          protocol.name() + " has no " + verb.get() + "; it has " + Grammar.verbs(protocol));
    }
  }

  private static IllegalArgumentException misfit(String text) {
    return new IllegalArgumentException(text);
  }

  // --- when

  /** So many times from there. */
  public When times(int count) {
    times = new Times(times.first(), count);
    return this;
  }

  /** Only of mails from this sender. */
  public When from(String address) {
    checkMail("sender");
    from = address;
    return this;
  }

  /** Only for this recipient, or of mails of which it is one. */
  public When to(String address) {
    checkMail("recipient");
    if (verb == Verb.MAIL) {
      throw misfit("at MAIL no recipient is known; expected RCPT, DATA, BDAT or CONTENT");
    }
    to = address;
    return this;
  }

  private void checkMail(String what) {
    boolean isOfMail =
        verb == Verb.MAIL
            || verb == Verb.RCPT
            || verb == Verb.DATA
            || verb == Verb.BDAT
            || verb == Verb.CONTENT;
    if (!protocol.takesMail() || !isOfMail) {
      throw misfit(
          at() + " there is no " + what + "; expected MAIL, RCPT, DATA, BDAT or CONTENT of SMTP");
    }
  }

  private String at() {
    return "at " + protocol.name() + "'s " + (verb == null ? "commands" : verb);
  }

  /** Only in the how manieth session of the protocol, from 1. */
  public When session(int number) {
    session = OptionalInt.of(number);
    return this;
  }

  /** When the client has sent so many octets: of this, or of the session. */
  public When afterSent(long octets) {
    afterSent = OptionalLong.of(octets);
    return this;
  }

  /** When the client was sent so many octets: of the answer to this, or of all in the session. */
  public When afterAnswered(long octets) {
    afterAnswered = OptionalLong.of(octets);
    return this;
  }

  /** Not always, but as often: what comes of it goes by the {@linkplain Faults#seed seed}. */
  public When withChance(double ofOne) {
    if (!(ofOne > 0 && ofOne <= 1)) {
      throw misfit("no chance: " + ofOne + "; expected more than 0, and 1 at most");
    }
    chance = ofOne;
    return this;
  }

  // --- what

  /** This is answered, and nothing done (SMTP, LMTP). */
  public Fault reply(int code, String text) {
    if (!protocol.takesMail()) {
      throw misfit(
          protocol.name() + " has no codes; expected " + expected("").orElse("another answer"));
    }
    return reply(code + " " + text);
  }

  /** The same in the words of the protocol, without IMAP's tag: {@code NO [UNAVAILABLE] Later}. */
  public Fault reply(String line) {
    Optional<String> expected = expected(line);
    if (expected.isPresent()) {
      throw misfit(
          "\""
              + line
              + "\" answers nothing of "
              + protocol.name()
              + "; expected "
              + expected.get());
    }
    if (verb == Verb.CONTENT && protocol == Protocol.LMTP && to != null) {
      throw misfit("what answers a mail of LMTP answers all its recipients; expected no to()");
    }
    return set(new Act.Reply(line));
  }

  private Optional<String> expected(String line) {
    boolean isOneLine = line.indexOf('\r') < 0 && line.indexOf('\n') < 0;
    return isOneLine ? Grammar.of(protocol).faultOf(verb, line) : Optional.of("one line");
  }

  /** The connection is lost, and what was said not heard. */
  public Fault drop() {
    return set(new Act.Drop());
  }

  /** The server closes the connection without a word. */
  public Fault hangUp() {
    return set(new Act.HangUp());
  }

  /** Nothing is said any more, and the connection stands. */
  public Fault stall() {
    return set(new Act.Stall());
  }

  /** It is done, and the connection is lost before the answer. */
  public Fault loseAnswer() {
    return set(new Act.LoseAnswer());
  }

  /**
   * It is done, and answered, only after so long by the server's clock. Who says nothing for longer
   * than the server waits for commands is sent away meanwhile, as ever.
   */
  public Fault delay(Duration wait) {
    return set(new Act.Delay(wait));
  }

  /** Some octets of the answer are others; which goes by the {@linkplain Faults#seed seed}. */
  public Fault garble() {
    return set(new Act.Garble());
  }

  /** The answer comes slowly, by the server's clock. */
  public Fault throttle(int octetsPerSecond) {
    if (octetsPerSecond < 1) {
      throw misfit("at " + octetsPerSecond + " octets a second nothing is said; that is stall()");
    }
    return set(new Act.Throttle(octetsPerSecond));
  }

  /** Nothing is said of a capability. */
  public Fault without(String capability) {
    return set(new Act.Without(capability));
  }

  /** The handshake is refused. */
  public Fault failTls() {
    return set(new Act.FailTls());
  }

  private Fault set(Act act) {
    checkFits(act);
    Occasion.Said said =
        new Occasion.Said(
            protocol,
            door,
            Optional.ofNullable(verb),
            Optional.ofNullable(from),
            Optional.ofNullable(to),
            session,
            afterSent,
            afterAnswered,
            times.first(),
            times.count(),
            chance);
    Fault fault = new Fault(said, act);
    rules.add(fault, times);
    return fault;
  }

  private void checkFits(Act act) {
    if ((verb == Verb.HANDSHAKE) != act instanceof Act.FailTls) {
      throw misfit("a handshake can fail, and nothing else can: every(HANDSHAKE).failTls()");
    }
    boolean isAfter = afterSent.isPresent() || afterAnswered.isPresent();
    boolean endsSession =
        act instanceof Act.Drop || act instanceof Act.HangUp || act instanceof Act.Stall;
    if (isAfter && !endsSession) {
      throw misfit("after so many octets a session can drop(), hangUp() or stall(); not: " + act);
    }
    if (verb == Verb.CONNECT && act instanceof Act.LoseAnswer) {
      throw misfit("a greeting answers nothing; expected drop()");
    }
    if (verb == null && !isAfter && act.isLast() && chance >= 1) {
      throw misfit(
          "it would happen at once, at each greeting; expected every(CONNECT), octets or a chance");
    }
  }
}
