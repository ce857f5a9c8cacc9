package org.postroom.pop3.session;

import org.postroom.pop3.protocol.Arguments;

/** What a row of the command table does with a line. */
public interface Pop3Command {

  /** Reads the arguments and does what they say; throws {@code BadCommand} or {@code Refused}. */
  void execute(Pop3Session session, Arguments arguments);

  /**
   * Whether it could wait for anything, or has much to say. What does not is done on the event
   * loop.
   */
  boolean waits(Pop3Session session, Arguments arguments);
}
