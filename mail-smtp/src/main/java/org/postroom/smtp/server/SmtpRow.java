package org.postroom.smtp.server;

import java.util.EnumSet;
import java.util.Set;
import org.postroom.core.session.Offers;
import org.postroom.core.session.Row;
import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.protocol.SmtpReply;

/**
 * One command of SMTP or LMTP.
 *
 * @param form how it is written, for HELP
 * @param state what it needs
 * @param otherwise what a client hears that gives it in another state
 * @param parser reads its arguments
 * @param traits what is special about it
 * @param offers the extensions that are there with it, as EHLO lists them
 */
public record SmtpRow<S extends SmtpState>(
    String name,
    String form,
    Class<S> state,
    SmtpReply otherwise,
    Command.Parser<S> parser,
    Set<Trait> traits,
    Offers<SmtpSession> offers)
    implements Row<SmtpSession, S> {
  private static final SmtpReply NEVER = SmtpReply.of(503, "5.5.1", "Error: not now");

  public SmtpRow {
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

  /** A row without traits, for any state. */
  public static SmtpRow<SmtpState> of(String name, String form, Command.Parser<SmtpState> parser) {
    return in(SmtpState.class, NEVER, name, form, parser);
  }

  /** A row without traits, for one state. */
  public static <S extends SmtpState> SmtpRow<S> in(
      Class<S> state, SmtpReply otherwise, String name, String form, Command.Parser<S> parser) {
    return new SmtpRow<>(name, form, state, otherwise, parser, Set.of(), Offers.of());
  }

  /** The same with one trait more. */
  public SmtpRow<S> with(Trait trait) {
    Set<Trait> more = EnumSet.of(trait);
    more.addAll(traits);
    return new SmtpRow<>(name, form, state, otherwise, parser, more, offers);
  }

  /** The same, when EHLO says so. */
  public SmtpRow<S> advertises(Offers<SmtpSession> other) {
    return new SmtpRow<>(name, form, state, otherwise, parser, traits, other);
  }

  boolean has(Trait trait) {
    return traits.contains(trait);
  }

  /** Reads its arguments and does it. */
  void run(SmtpReader in, Dialect dialect, SmtpSession session) {
    if (!state.isInstance(session.state())) {
      throw new BadCommand(otherwise);
    }
    parser.parse(in, dialect).execute(session, state.cast(session.state()));
  }
}
