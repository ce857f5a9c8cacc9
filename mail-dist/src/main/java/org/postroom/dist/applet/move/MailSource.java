package org.postroom.dist.applet.move;

import java.io.IOException;
import java.util.Set;

/** What somebody has in another store. It is only read. */
interface MailSource {

  /**
   * Shows his mailboxes, one after the other.
   *
   * @throws Trouble when there is nothing that could be read
   */
  void folders(Visitor visitor) throws IOException, Trouble;

  /** Names of the mailboxes that he is subscribed to; levels are separated by {@code /}. */
  Set<String> subscriptions() throws IOException, Trouble;

  /** Sees a mailbox. */
  interface Visitor {
    void visit(SourceFolder folder) throws IOException;
  }
}
