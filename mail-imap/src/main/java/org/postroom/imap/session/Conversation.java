package org.postroom.imap.session;

/**
 * What the client's lines mean while a command is not finished (IDLE): they go here. No thread
 * waits meanwhile.
 */
interface Conversation {

  /** A line is there. */
  void line();

  /** The selected mailbox changed. */
  void changed();

  /** The conversation is over, for whatever reason. */
  void ended();
}
