package org.postroom.imap.command.search;

import java.util.HashMap;
import java.util.Map;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.UidSet;
import org.postroom.imap.session.MailboxView;

/** What keys need beside the message: the view's recent messages, keyword positions and sets. */
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

  /** The bit of a keyword; 0 when the mailbox does not know it. */
  long keyword(Keyword keyword) {
    int position = view.keywords().indexOf(keyword);
    return position < 0 ? 0 : Flags.keywordBit(position);
  }
}
