package org.postroom.imap.session;

import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.UidSet;
import org.postroom.imap.protocol.MessageSet;
import org.postroom.imap.protocol.Refused;

/** Somebody is logged in and has a mailbox selected. */
public final class Selected {
  private final Authenticated user;
  private final MailboxView view;

  Selected(Authenticated user, MailboxView view) {
    this.user = user;
    this.view = view;
  }

  public Authenticated user() {
    return user;
  }

  public MailboxView view() {
    return view;
  }

  public MailStore store() {
    return user.store();
  }

  /** The messages a client names, by UID or by number. */
  public UidSet messages(MessageSet set, boolean uid) {
    return uid ? set.uids(view.uids()) : set.sequence(view.uids());
  }

  /** Stops a command that would change a mailbox that was opened for reading. */
  public void mustBeWritable() {
    if (view.isReadOnly()) {
      throw new Refused("", "Mailbox is read-only.");
    }
  }
}
