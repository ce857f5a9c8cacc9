package org.postroom.imap.session;

/**
 * What the client's lines mean while a command is not finished (IDLE): they go here. No thread
 * waits meanwhile.
 */
interface Conversation {

  /** A line is there, or what else was asked for. */
  void line();

  /** The same on the event loop, unless it could wait for anything; returns whether it is done. */
  default boolean atOnce() {
    return false;
  }

  /** Whether the client is in the middle of a command of its own. */
  default boolean isWithinCommand() {
    return false;
  }

  /** The selected mailbox changed. */
  void changed();

  /** The conversation is over, for whatever reason. */
  void ended();
}
