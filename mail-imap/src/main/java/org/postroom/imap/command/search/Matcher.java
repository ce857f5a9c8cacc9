package org.postroom.imap.command.search;

import java.time.LocalDate;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.mime.MessageText;
import org.postroom.imap.session.MailboxView;

/**
 * What keys ask of a message: what costs more than a look is found once, however many keys ask, and
 * what is in the view beside it.
 */
final class Matcher {
  private final MailboxView view;

  /** By identity: sets may be as long as a command. */
  private final Map<SearchKey.In, UidSet> sets = new IdentityHashMap<>();

  // Neighbours often have the same flags.
  private Flags flags = Flags.NONE;
  private Set<Keyword> keywords = Set.of();

  private @Nullable Optional<LocalDate> sentDay;
  private @Nullable Optional<MessageText> text;

  Matcher(MailboxView view) {
    this.view = view;
  }

  /** Whether a message is meant. */
  boolean matches(SearchKey key, MessageRow row) {
    sentDay = null;
    text = null;
    return key.matches(row, this);
  }

  boolean isRecent(long uid) {
    return view.isRecent(uid);
  }

  /** The set as it was named, without what the view makes of it: that may be far more. */
  boolean in(SearchKey.In key, long uid) {
    UidSet all = view.uids();
    return sets.computeIfAbsent(key, in -> in.set().resolve(in.uid() ? all.max() : all.size()))
        .contains(key.uid() ? uid : all.indexOf(uid));
  }

  @SuppressWarnings("ReferenceEquality") // comparing two that differ costs more than another set
  boolean hasKeyword(MessageRow row, Keyword keyword) {
    Flags now = row.flags();
    if (now != flags) {
      flags = now;
      keywords = now.keywords().isEmpty() ? Set.of() : new HashSet<>(now.keywords());
    }
    return keywords.contains(keyword);
  }

  Optional<LocalDate> sentDay(MessageRow row) {
    Optional<LocalDate> known = sentDay;
    if (known == null) {
      known = SentDay.of(row.envelope());
      sentDay = known;
    }
    return known;
  }

  /** Its octets, which are read once; empty when they are gone. */
  Optional<MessageText> text(MessageRow row) {
    Optional<MessageText> known = text;
    if (known == null) {
      known = row.content().map(octets -> new MessageText(octets::read, row.structure()));
      text = known;
    }
    return known;
  }
}
