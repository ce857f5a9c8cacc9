package org.postroom.imap;

import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Snapshot;
import org.postroom.core.mailbox.UidSet;
import org.postroom.imap.command.search.SearchCommand;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.Refused;
import org.postroom.imap.session.MailboxView;

/** Finds messages by the words of SEARCH (RFC 9051, 6.4.4), for who is no client of IMAP. */
public final class MessageSearch {
  private final SearchCommand search;

  private MessageSearch(SearchCommand search) {
    this.search = search;
  }

  /**
   * Reads a search program in UTF-8, such as {@code UNSEEN SUBJECT "invoice"}. Strings are quoted;
   * there are no literals.
   *
   * @throws IllegalArgumentException for what is none
   */
  public static MessageSearch of(String program) {
    try {
      return new MessageSearch(SearchCommand.program(program));
    } catch (BadCommand | Refused e) {
      throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The messages of a mailbox that are meant, by UID; reads those that it has to. */
  public UidSet in(MailStore store, Snapshot snapshot) {
    return search.find(MailboxView.open(store, snapshot, true), store);
  }
}
