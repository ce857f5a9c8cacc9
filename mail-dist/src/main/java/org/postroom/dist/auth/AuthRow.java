package org.postroom.dist.auth;

import org.postroom.core.session.Offers;
import org.postroom.core.session.Row;

/**
 * One command of the protocol.
 *
 * @param state the state it can be given in
 * @param body what it does
 */
public record AuthRow<S extends AuthState>(String name, Class<S> state, Body<S> body)
    implements Row<AuthSession, S> {

  /** What a command does, given the state it needs. */
  @FunctionalInterface
  interface Body<S> {

    /** Reads the fields behind its name, and does what they say. */
    void execute(AuthSession session, S state, Fields fields);
  }

  /** The state that it needs, for people. */
  public String when() {
    return state == AuthState.Connected.class
        ? "first"
        : state == AuthState.Greeted.class ? "second" : "after the handshake";
  }

  /** Nothing: what may be used is said before anything is asked. */
  @Override
  public Offers<AuthSession> offers() {
    return Offers.of();
  }

  void execute(AuthSession session, Fields fields) {
    if (!state.isInstance(session.state())) {
      throw new ProtocolError(name + " out of order");
    }
    body.execute(session, state.cast(session.state()), fields);
  }
}
