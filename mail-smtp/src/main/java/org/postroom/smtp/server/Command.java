package org.postroom.smtp.server;

import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.SmtpReader;

/**
 * One command with its arguments. Parsing knows the grammar and no session; executing knows the
 * session and no grammar.
 *
 * @param <S> the state it can be given in
 */
@FunctionalInterface
public interface Command<S extends SmtpState> {

  /**
   * Does it, and answers by {@link SmtpSession#reply} or by throwing {@link BadCommand}; then
   * nothing was done. On the event loop, so that nothing here may wait: what has to be found out is
   * {@linkplain SmtpSession#inquire inquired}, what takes a disk or the store is {@linkplain
   * SmtpSession#onWorker left to a worker}.
   */
  void execute(SmtpSession session, S state);

  /** Reads a command's arguments. */
  @FunctionalInterface
  interface Parser<S extends SmtpState> {

    /**
     * Reads what stands behind the verb.
     *
     * @throws BadCommand when it does not fit the grammar
     */
    Command<S> parse(SmtpReader in, Dialect dialect);
  }
}
