package org.postroom.imap.command.search;

import java.time.LocalDate;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.mime.EnvelopeText;
import org.postroom.core.mime.Needle;
import org.postroom.imap.protocol.MessageSet;
import org.postroom.imap.session.MailboxView;

/** A condition on messages. Trees are flat where they can be and as deep as the grammar allows. */
sealed interface SearchKey {

  boolean matches(MessageRow row, Matcher matcher);

  /** How many conditions there are in it. */
  default int size() {
    return 1;
  }

  /**
   * What it takes to ask this of a message, in about the time that a flag takes. Of text in a
   * message it is that for a small one.
   */
  default long weight() {
    return 1;
  }

  default Set<MailStore.Detail> details() {
    return Set.of();
  }

  /**
   * A superset of what can match, without looking at any message; exactly what matches where no
   * message need be looked at.
   */
  default UidSet candidates(MailboxView view) {
    return view.uids();
  }

  /** Whether messages must be looked at, {@link #candidates} being known. */
  default boolean needsRows() {
    return true;
  }

  /**
   * All of them; what takes least is asked first.
   *
   * @param keys in that order
   */
  record And(List<SearchKey> keys, int size, long weight) implements SearchKey {
    And(List<SearchKey> keys) {
      this(
          keys.stream().sorted(Comparator.comparingLong(SearchKey::weight)).toList(),
          keys.stream().mapToInt(SearchKey::size).sum(),
          keys.stream().mapToLong(SearchKey::weight).sum());
    }

    @Override
    public boolean matches(MessageRow row, Matcher matcher) {
      for (int i = 0; i < keys.size(); i++) {
        if (!keys.get(i).matches(row, matcher)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public Set<MailStore.Detail> details() {
      Set<MailStore.Detail> all = EnumSet.noneOf(MailStore.Detail.class);
      keys.forEach(key -> all.addAll(key.details()));
      return all;
    }

    @Override
    public UidSet candidates(MailboxView view) {
      UidSet all = view.uids();
      for (SearchKey key : keys) {
        UidSet some = key.candidates(view);
        // Nothing has more than the view.
        all = some.size() == view.uids().size() ? all : all.intersect(some);
      }
      return all;
    }

    @Override
    public boolean needsRows() {
      return keys.stream().anyMatch(SearchKey::needsRows);
    }
  }

  /**
   * One or the other.
   *
   * @param one takes less, and is asked first
   */
  record Or(SearchKey one, SearchKey other, int size, long weight) implements SearchKey {
    /** In any order. */
    static Or of(SearchKey one, SearchKey other) {
      boolean inOrder = one.weight() <= other.weight();
      return new Or(
          inOrder ? one : other,
          inOrder ? other : one,
          one.size() + other.size(),
          one.weight() + other.weight());
    }

    @Override
    public boolean matches(MessageRow row, Matcher matcher) {
      return one.matches(row, matcher) || other.matches(row, matcher);
    }

    @Override
    public Set<MailStore.Detail> details() {
      Set<MailStore.Detail> all = EnumSet.noneOf(MailStore.Detail.class);
      all.addAll(one.details());
      all.addAll(other.details());
      return all;
    }

    @Override
    public UidSet candidates(MailboxView view) {
      UidSet first = one.candidates(view);
      return first.size() == view.uids().size() ? first : first.union(other.candidates(view));
    }

    @Override
    public boolean needsRows() {
      return one.needsRows() || other.needsRows();
    }
  }

  /** Not. */
  record Not(SearchKey key) implements SearchKey {
    @Override
    public boolean matches(MessageRow row, Matcher matcher) {
      return !key.matches(row, matcher);
    }

    @Override
    public int size() {
      return key.size();
    }

    @Override
    public long weight() {
      return key.weight();
    }

    @Override
    public Set<MailStore.Detail> details() {
      return key.details();
    }

    /** All but what {@code key} has, where that is known; else nothing is known of the others. */
    @Override
    public UidSet candidates(MailboxView view) {
      return needsRows() ? view.uids() : view.uids().minus(key.candidates(view));
    }

    @Override
    public boolean needsRows() {
      return key.needsRows();
    }
  }

  /** Messages by number or UID; resolved when the command begins. */
  record In(MessageSet set, boolean uid) implements SearchKey {
    @Override
    public boolean matches(MessageRow row, Matcher matcher) {
      return matcher.in(this, row.uid());
    }

    @Override
    public long weight() {
      return 4;
    }

    @Override
    public UidSet candidates(MailboxView view) {
      return uid ? set.uids(view.uids()) : set.sequenceOrLess(view.uids());
    }

    @Override
    public boolean needsRows() {
      return false;
    }
  }

  /** ALL. */
  record All() implements SearchKey {
    @Override
    public boolean matches(MessageRow row, Matcher matcher) {
      return true;
    }

    @Override
    public boolean needsRows() {
      return false;
    }
  }

  /** System flags that must be set, and such that must not. */
  record HasFlags(long on, long off) implements SearchKey {
    @Override
    public boolean matches(MessageRow row, Matcher matcher) {
      return (row.systemFlags() & on) == on && (row.systemFlags() & off) == 0;
    }
  }

  /** KEYWORD. */
  record HasKeyword(Keyword keyword) implements SearchKey {
    @Override
    public boolean matches(MessageRow row, Matcher matcher) {
      return matcher.hasKeyword(row, keyword);
    }

    @Override
    public long weight() {
      return 2;
    }
  }

  /** RECENT. */
  record Recent() implements SearchKey {
    @Override
    public boolean matches(MessageRow row, Matcher matcher) {
      return matcher.isRecent(row.uid());
    }
  }

  /** LARGER and SMALLER, strictly. */
  record Size(boolean larger, long than) implements SearchKey {
    @Override
    public boolean matches(MessageRow row, Matcher matcher) {
      return larger ? row.size() > than : row.size() < than;
    }

    @Override
    public long weight() {
      return 2;
    }
  }

  /** BEFORE, ON, SINCE: the day as INTERNALDATE shows it, in its own zone. */
  record Arrived(Day day) implements SearchKey {
    @Override
    public boolean matches(MessageRow row, Matcher matcher) {
      InternalDate date = row.internalDate();
      long local = date.epochMillis() + date.offsetMinutes() * 60_000L;
      return day.holds(Math.floorDiv(local, 86_400_000L));
    }

    @Override
    public long weight() {
      return 3;
    }
  }

  /** SENTBEFORE, SENTON, SENTSINCE: the day in the Date field, whatever its zone. */
  record Sent(Day day) implements SearchKey {
    @Override
    public boolean matches(MessageRow row, Matcher matcher) {
      Optional<LocalDate> sent = matcher.sentDay(row);
      return sent.isPresent() && day.holds(sent.get().toEpochDay());
    }

    @Override
    public long weight() {
      return 10;
    }

    @Override
    public Set<MailStore.Detail> details() {
      return EnumSet.of(MailStore.Detail.ENVELOPE);
    }
  }

  /** A day, and which side of it. */
  record Day(int side, long epochDay) {
    boolean holds(long other) {
      return side < 0 ? other < epochDay : side == 0 ? other == epochDay : other >= epochDay;
    }
  }

  /** Text in a field that the envelope has. */
  record InEnvelope(EnvelopeText.Field field, Needle needle) implements SearchKey {
    @Override
    public boolean matches(MessageRow row, Matcher matcher) {
      return EnvelopeText.matches(row.envelope(), field, needle);
    }

    @Override
    public long weight() {
      return 150;
    }

    @Override
    public Set<MailStore.Detail> details() {
      return EnumSet.of(MailStore.Detail.ENVELOPE);
    }
  }

  /** HEADER: text in any field of that name. */
  record InHeader(String field, Needle needle) implements SearchKey {
    @Override
    public boolean matches(MessageRow row, Matcher matcher) {
      return matcher.text(row).filter(text -> text.matchesHeader(field, needle)).isPresent();
    }

    @Override
    public long weight() {
      return 300;
    }

    @Override
    public Set<MailStore.Detail> details() {
      return EnumSet.of(MailStore.Detail.STRUCTURE, MailStore.Detail.CONTENT);
    }
  }

  /** BODY and TEXT. */
  record InText(boolean headers, Needle needle) implements SearchKey {
    static final long WEIGHT = 750;

    @Override
    public boolean matches(MessageRow row, Matcher matcher) {
      return matcher
          .text(row)
          .filter(text -> headers ? text.matchesText(needle) : text.matchesBody(needle))
          .isPresent();
    }

    @Override
    public long weight() {
      return WEIGHT;
    }

    @Override
    public Set<MailStore.Detail> details() {
      return EnumSet.of(MailStore.Detail.STRUCTURE, MailStore.Detail.CONTENT);
    }
  }
}
