package org.postroom.dist.applet.move;

import java.io.IOException;
import java.util.Collection;
import org.postroom.dist.operation.MessageOperations.Known;

/** Writes the mail of one mailbox. */
interface FolderWriter extends AutoCloseable {

  /**
   * Says what there will be, before any of it is written.
   *
   * @throws Trouble when something else is there
   */
  void begin(Collection<Known> messages, long uidNext) throws IOException, Trouble;

  /**
   * Has a message that is there already have the flags of now.
   *
   * @return whether it is there, and need not be written
   */
  boolean know(Known message) throws IOException;

  /**
   * Begins to write a message; they come by rising UID, one at a time.
   *
   * @param asItIs whether its octets stay as they are, because a former attempt could not be undone
   */
  MessageWriter begin(Known message, boolean asItIs) throws IOException;

  /**
   * All messages are there.
   *
   * @throws Trouble when somebody else has been there meanwhile
   */
  void finish() throws IOException, Trouble;

  /** What is not finished is as it was before. */
  @Override
  void close() throws IOException;
}
