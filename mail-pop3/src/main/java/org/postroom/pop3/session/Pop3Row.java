package org.postroom.pop3.session;

import org.postroom.core.session.Offers;
import org.postroom.core.session.Row;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.protocol.BadCommand;

/**
 * One command of POP3.
 *
 * @param state the state it can be given in
 * @param body what it does
 * @param waits whether it could wait for anything, or has much to say: what does not is done on the
 *     event loop
 * @param offers what CAPA says because of it
 */
public record Pop3Row<S extends Pop3State>(
    String name, Class<S> state, Body<S> body, Waits<S> waits, Offers<Pop3Session> offers)
    implements Row<Pop3Session, S> {

  /** A command that may wait. */
  public static <S extends Pop3State> Pop3Row<S> of(String name, Class<S> state, Body<S> body) {
    return new Pop3Row<>(name, state, body, (given, arguments) -> true, Offers.of());
  }

  /** What a command does, given the state it needs. */
  @FunctionalInterface
  public interface Body<S> {

    /** Reads the arguments and does what they say; throws {@code BadCommand} or {@code Refused}. */
    void execute(Pop3Session session, S state, Arguments arguments);
  }

  /** Whether a command waits for anything in a state, with such arguments. */
  @FunctionalInterface
  public interface Waits<S> {
    boolean given(S state, Arguments arguments);
  }

  /** The same, when it waits so. */
  public Pop3Row<S> that(Waits<S> other) {
    return new Pop3Row<>(name, state, body, other, offers);
  }

  /** The same, when CAPA says so. */
  public Pop3Row<S> advertises(Offers<Pop3Session> other) {
    return new Pop3Row<>(name, state, body, waits, other);
  }

  boolean waits(Pop3State now, Arguments arguments) {
    return state.isInstance(now) && waits.given(state.cast(now), arguments);
  }

  void execute(Pop3Session session, Arguments arguments) {
    if (!state.isInstance(session.state())) {
      throw new BadCommand(
          state == Pop3State.Authorization.class ? "Already logged in." : "Log in first.");
    }
    body.execute(session, state.cast(session.state()), arguments);
    // RFC 1939, 7: PASS follows USER at once, or USER is forgotten.
    if (session.state() instanceof Pop3State.Authorization now
        && now.user().isPresent()
        && state == Pop3State.Authorization.class
        && !name.equals("USER")) {
      session.enter(Pop3State.Authorization.START);
    }
  }
}
