package org.postroom.core.session;

import java.util.List;

/**
 * One command of a protocol: what its session must know of it before it runs, and what clients are
 * told because it is there. The protocol's own row adds how it is read and done; what the client
 * must wait for, and what is brought up to date with it, differs so much that it stands there too.
 *
 * @param <C> a client in its circumstances
 * @param <S> the state of the session in which it can be given
 */
public interface Row<C, S> {

  /** Its verb, in upper case. */
  String name();

  /** How it is written, for people. */
  default String form() {
    return name();
  }

  /** What a session must be in to be given it; that state's data is what it works on. */
  Class<S> state();

  /** What it adds to the list of capabilities: EHLO's, CAPA's, CAPABILITY's. */
  Offers<C> offers();

  /** What it adds for this client, now. */
  default List<String> offeredTo(C client) {
    return offers().to(client);
  }
}
