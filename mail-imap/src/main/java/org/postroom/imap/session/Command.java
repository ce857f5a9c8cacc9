package org.postroom.imap.session;

import org.postroom.imap.protocol.Responder;

/**
 * A command that was read: its arguments, and what it does.
 *
 * @param <S> the state it needs
 */
public interface Command<S extends ImapState> {

  /** Does it, says the untagged lines, and returns the tagged one. */
  Completion execute(S state, Responder out);
}
