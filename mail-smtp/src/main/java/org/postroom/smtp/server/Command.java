package org.postroom.smtp.server;

import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.SmtpReader;

/**
 * One command with its arguments. Parsing knows the grammar and no session; executing knows the
 * session and no grammar.
 */
@FunctionalInterface
public interface Command {

  /**
   * Does it, and answers by {@link SmtpSession#reply} or by throwing {@link BadCommand}; then
   * nothing was done.
   */
  void execute(SmtpSession session);

  /**
   * Whether {@link #execute} could wait for anything: an answer that is not remembered, a disk, the
   * store. What waits for nothing is done on the event loop.
   */
  default boolean waits(SmtpSession session) {
    return true;
  }

  /** Reads a command's arguments. */
  @FunctionalInterface
  interface Parser {

    /**
     * Reads what stands behind the verb.
     *
     * @throws BadCommand when it does not fit the grammar
     */
    Command parse(SmtpReader in, Dialect dialect);
  }
}
