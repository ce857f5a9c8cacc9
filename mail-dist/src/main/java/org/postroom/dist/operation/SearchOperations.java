package org.postroom.dist.operation;

import java.util.List;
import java.util.Optional;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.Snapshot;
import org.postroom.core.mailbox.TooManyKeywords;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.refusal.BadMailboxName;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.refusal.OverQuota;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.answer.OperationRefused.Kind;
import org.postroom.dist.files.NamedFlags;
import org.postroom.dist.operation.MessageOperations.Where;
import org.postroom.imap.MessageSearch;

/** Finds messages, and does something with those that were found. */
public final class SearchOperations {
  /** How many messages an answer has at most. */
  private static final int MOST_FOUND = 20_000;

  /** Finds messages of a mailbox by the words of IMAP's SEARCH. */
  public static final Operation<Sought, Found> SEARCH =
      new Operation<>("message-search", Sought.class, Found.class, SearchOperations::search);

  /** Changes flags of messages. */
  public static final Operation<Flagged, Done> FLAG =
      new Operation<>("message-flag", Flagged.class, Done.class, SearchOperations::flag);

  /** Removes messages for good, whatever their flags. */
  public static final Operation<Chosen, Done> EXPUNGE =
      new Operation<>("message-expunge", Chosen.class, Done.class, SearchOperations::expunge);

  /** Puts messages into another mailbox of the same account, too, or instead. */
  public static final Operation<Copied, Done> COPY =
      new Operation<>("message-copy", Copied.class, Done.class, SearchOperations::copy);

  private SearchOperations() {}

  /**
   * What is looked for.
   *
   * @param program as SEARCH has it, with quoted strings in UTF-8
   * @param behind only what has a higher UID
   */
  public record Sought(String login, String mailbox, String program, long behind) {}

  /**
   * What was found.
   *
   * @param id of the mailbox, which it keeps under whatever name
   * @param uidValidity by which the UIDs are meant
   * @param next behind which more is to be found; empty behind the last
   */
  public record Found(long id, long uidValidity, List<Long> uids, Optional<Long> next) {
    public Found {
      uids = List.copyOf(uids);
    }
  }

  /** Messages. */
  public record Chosen(Where where, List<Long> uids) {
    public Chosen {
      uids = List.copyOf(uids);
    }
  }

  /**
   * Messages and flags.
   *
   * @param how {@code add}, {@code remove} or {@code replace}
   */
  public record Flagged(Where where, List<Long> uids, String how, List<String> flags) {
    public Flagged {
      uids = List.copyOf(uids);
      flags = List.copyOf(flags);
    }
  }

  /**
   * Messages that are to be in another mailbox.
   *
   * @param isMove whether they leave this one
   */
  public record Copied(Where where, List<Long> uids, String target, boolean isMove) {
    public Copied {
      uids = List.copyOf(uids);
    }
  }

  /** With how many messages it was done; others are gone. */
  public record Done(long messages) {}

  private static Found search(Desk desk, Sought asked) {
    MessageSearch search = program(asked.program());
    Mailbox row = mailbox(desk, asked.login(), asked.mailbox());
    Snapshot snapshot = desk.mail().snapshot(row.id());
    UidSet found = search.in(desk.mail(), snapshot).between(asked.behind() + 1, row.uidNext());
    UidSet some = found.size() > MOST_FOUND ? found.between(1, found.nth(MOST_FOUND)) : found;
    return new Found(
        row.id().value(),
        row.uidValidity(),
        some.stream().boxed().toList(),
        some.size() < found.size() ? Optional.of(some.max()) : Optional.empty());
  }

  private static MessageSearch program(String text) {
    try {
      return MessageSearch.of(text);
    } catch (IllegalArgumentException e) {
      throw new OperationRefused(Kind.REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private static Mailbox mailbox(Desk desk, String login, String name) {
    try {
      return desk.mail()
          .find(MailboxOperations.account(desk, login).id(), MailboxName.of(name))
          .orElseThrow(() -> new OperationRefused(Kind.REQUEST, login + " has no mailbox " + name));
    } catch (BadMailboxName e) {
      throw new OperationRefused(Kind.REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private static Mailbox mailbox(Desk desk, Where where) {
    return MailboxOperations.mailbox(desk, where.login(), where.mailbox(), where.uidValidity());
  }

  private static UidSet uids(List<Long> uids) {
    if (uids.size() > MessageOperations.MOST) {
      throw new OperationRefused(
          Kind.REQUEST, "more than " + MessageOperations.MOST + " messages at once");
    }
    return UidSet.of(uids.stream().mapToLong(Long::longValue).toArray());
  }

  private static Done flag(Desk desk, Flagged asked) {
    Mailbox row = mailbox(desk, asked.where());
    NamedFlags flags = NamedFlags.of(asked.flags());
    FlagChange.Mode mode =
        switch (asked.how()) {
          case "add" -> FlagChange.Mode.ADD;
          case "remove" -> FlagChange.Mode.REMOVE;
          case "replace" -> FlagChange.Mode.REPLACE;
          default ->
              throw new OperationRefused(
                  Kind.REQUEST, "expected add, remove or replace, but found " + asked.how());
        };
    try {
      return new Done(
          desk.mail()
              .store(
                  row.id(),
                  uids(asked.uids()),
                  new FlagChange(mode, flags.system(), flags.keywords()),
                  Long.MAX_VALUE)
              .stored()
              .size());
    } catch (TooManyKeywords | MailboxNotFound e) {
      throw new OperationRefused(Kind.REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private static Done expunge(Desk desk, Chosen asked) {
    Mailbox row = mailbox(desk, asked.where());
    return new Done(desk.mail().expunge(row.id(), uids(asked.uids())).size());
  }

  private static Done copy(Desk desk, Copied asked) {
    Mailbox row = mailbox(desk, asked.where());
    Mailbox target = mailbox(desk, asked.where().login(), asked.target());
    UidSet uids = uids(asked.uids());
    try {
      return new Done(
          (asked.isMove()
                  ? desk.mail().move(row.id(), uids, target.id())
                  : desk.mail().copy(row.id(), uids, target.id()))
              .source()
              .size());
    } catch (OverQuota | MailboxNotFound e) {
      throw new OperationRefused(Kind.REQUEST, String.valueOf(e.getMessage()));
    }
  }
}
