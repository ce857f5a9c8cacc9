package org.postroom.core.testing;

import org.postroom.core.auth.Accounts;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.QueueStore;

/** The three stores that belong together, as a contract looks at them. */
public interface Stores extends AutoCloseable {

  MailStore mail();

  QueueStore queue();

  MailCommit mailCommit();

  Accounts accounts();

  @Override
  void close();
}
