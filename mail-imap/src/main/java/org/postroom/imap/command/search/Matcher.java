package org.postroom.imap.command.search;

import java.util.HashMap;
import java.util.Map;
import org.postroom.core.mailbox.UidSet;
import org.postroom.imap.session.MailboxView;

/** What keys need beside the message: the view's recent messages and sets. */
final class Matcher {
  private final MailboxView view;
  private final Map<SearchKey.In, UidSet> sets = new HashMap<>();

  Matcher(MailboxView view) {
    this.view = view;
  }

  boolean isRecent(long uid) {
    return view.isRecent(uid);
  }

  boolean in(SearchKey.In key, long uid) {
    return sets.computeIfAbsent(key, set -> set.candidates(view)).contains(uid);
  }
}
