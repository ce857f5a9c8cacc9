package org.postroom.imap.session;

import org.postroom.imap.protocol.Responder;

/**
 * A command that was read: its arguments, and what it does.
 *
 * @param <S> the state it needs: {@link Client}, {@link Authenticated} or {@link Selected}
 */
public interface Command<S> {

  /** Does it, says the untagged lines, and returns the tagged one. */
  Completion execute(S state, Responder out);
}
