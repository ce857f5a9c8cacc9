package org.postroom.dist.operation;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.postroom.core.auth.Account;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.refusal.BadMailboxName;
import org.postroom.core.refusal.MailboxExists;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.answer.OperationRefused.Kind;

/** Mailboxes as wholes, for mail that comes from another store or goes to one. */
public final class MailboxOperations {

  /** Says which mailboxes somebody has. */
  public static final Operation<Owner, Mailboxes> LIST =
      new Operation<>("mailbox-list", Owner.class, Mailboxes.class, MailboxOperations::list);

  /** Makes a mailbox, or finds it, or has it take over the UIDVALIDITY that it had elsewhere. */
  public static final Operation<Wanted, Kept> ADOPT =
      new Operation<>("mailbox-adopt", Wanted.class, Kept.class, MailboxOperations::adopt);

  /** Subscribes somebody to mailboxes, whether they are there or not. */
  public static final Operation<Names, Names> SUBSCRIBE =
      new Operation<>("mailbox-subscribe", Names.class, Names.class, MailboxOperations::subscribe);

  /** Ends subscriptions. */
  public static final Operation<Names, Names> UNSUBSCRIBE =
      new Operation<>(
          "mailbox-unsubscribe", Names.class, Names.class, MailboxOperations::unsubscribe);

  /** Makes mailboxes; those before one that cannot be made are there. */
  public static final Operation<Names, Names> CREATE =
      new Operation<>("mailbox-create", Names.class, Names.class, MailboxOperations::create);

  /** Deletes mailboxes with all mail in them, for good; those below them stay. */
  public static final Operation<Names, Names> DELETE =
      new Operation<>("mailbox-delete", Names.class, Names.class, MailboxOperations::delete);

  /** Gives a mailbox, and those below it, another name. */
  public static final Operation<Renamed, Renamed> RENAME =
      new Operation<>("mailbox-rename", Renamed.class, Renamed.class, MailboxOperations::rename);

  /** Counts what is in somebody's mailboxes. */
  public static final Operation<Owner, Counts> STATUS =
      new Operation<>("mailbox-status", Owner.class, Counts.class, MailboxOperations::status);

  private MailboxOperations() {}

  /** Somebody, by what he logs in with. */
  public record Owner(String login) {}

  /**
   * A mailbox.
   *
   * @param name levels are separated by {@code /}
   * @param uidNext no message has this UID or a higher one yet
   */
  public record Kept(String name, long uidValidity, long uidNext, long messages, long octets) {}

  /**
   * The mailboxes of somebody, INBOX first.
   *
   * @param subscribed names; they need not exist
   */
  public record Mailboxes(List<Kept> mailboxes, List<String> subscribed) {
    public Mailboxes {
      mailboxes = List.copyOf(mailboxes);
      subscribed = List.copyOf(subscribed);
    }
  }

  /**
   * A mailbox that is wanted.
   *
   * @param uidValidity that it had elsewhere; empty where it does not matter
   */
  public record Wanted(String login, String mailbox, Optional<Long> uidValidity) {}

  /** Names of mailboxes of somebody. */
  public record Names(String login, List<String> names) {
    public Names {
      names = List.copyOf(names);
    }
  }

  /** A mailbox that is to be called otherwise. */
  public record Renamed(String login, String from, String to) {}

  /** The mailboxes of somebody, INBOX first. */
  public record Counts(List<Count> mailboxes) {
    public Counts {
      mailboxes = List.copyOf(mailboxes);
    }
  }

  /**
   * What is in a mailbox.
   *
   * @param id that it keeps under whatever name
   * @param recent messages that no client has seen yet
   */
  public record Count(
      String name,
      long id,
      long uidValidity,
      long uidNext,
      long highestModSeq,
      long messages,
      long recent,
      long unseen,
      long octets) {}

  private static Names create(Desk desk, Names asked) {
    Account account = account(desk, asked.login());
    return each(asked, name -> desk.mail().create(account.id(), name, Optional.empty()));
  }

  private static Names delete(Desk desk, Names asked) {
    Account account = account(desk, asked.login());
    return each(
        asked,
        name ->
            desk.mail()
                .delete(
                    desk.mail()
                        .find(account.id(), name)
                        .orElseThrow(() -> missing(asked.login(), name))
                        .id()));
  }

  private static OperationRefused missing(String login, MailboxName name) {
    return new OperationRefused(Kind.REQUEST, login + " has no mailbox " + name.value());
  }

  private static Names unsubscribe(Desk desk, Names asked) {
    Account account = account(desk, asked.login());
    return each(asked, name -> desk.mail().unsubscribe(account.id(), name));
  }

  private static Renamed rename(Desk desk, Renamed asked) {
    Account account = account(desk, asked.login());
    Names unused =
        each(
            new Names(asked.login(), List.of(asked.from())),
            name -> {
              if (desk.mail().find(account.id(), name).isEmpty()) {
                throw missing(asked.login(), name);
              }
              desk.mail().rename(account.id(), name, MailboxName.of(asked.to()));
            });
    return asked;
  }

  /** With each of the names; they are all read first. */
  private static Names each(Names asked, Consumer<MailboxName> work) {
    try {
      asked.names().stream().map(MailboxName::of).toList().forEach(work);
    } catch (BadMailboxName | MailboxExists | MailboxNotFound e) {
      throw new OperationRefused(Kind.REQUEST, String.valueOf(e.getMessage()));
    }
    return asked;
  }

  private static Counts status(Desk desk, Owner asked) {
    Account account = account(desk, asked.login());
    return new Counts(
        desk.mail().list(account.id()).stream().map(row -> count(desk.mail(), row)).toList());
  }

  private static Count count(MailStore store, Mailbox row) {
    long recent =
        row.firstRecentUid() < row.uidNext()
            ? store.snapshot(row.id()).uids().between(row.firstRecentUid(), row.uidNext()).size()
            : 0;
    return new Count(
        row.name().value(),
        row.id().value(),
        row.uidValidity(),
        row.uidNext(),
        row.highestModSeq(),
        row.messages(),
        recent,
        row.unseen(),
        row.octets());
  }

  private static Mailboxes list(Desk desk, Owner asked) {
    Account account = account(desk, asked.login());
    return new Mailboxes(
        desk.mail().list(account.id()).stream().map(MailboxOperations::kept).toList(),
        desk.mail().subscriptions(account.id()).stream().map(MailboxName::value).sorted().toList());
  }

  private static Kept kept(Mailbox row) {
    return new Kept(
        row.name().value(), row.uidValidity(), row.uidNext(), row.messages(), row.octets());
  }

  private static Kept adopt(Desk desk, Wanted wanted) {
    Account account = account(desk, wanted.login());
    MailStore store = desk.mail();
    try {
      MailboxName name = MailboxName.of(wanted.mailbox());
      if (wanted.uidValidity().isPresent()) {
        return kept(store.adopt(account.id(), name, wanted.uidValidity().get()));
      }
      return kept(
          store
              .find(account.id(), name)
              .orElseGet(() -> store.create(account.id(), name, Optional.empty())));
    } catch (BadMailboxName | MailboxExists e) {
      throw new OperationRefused(Kind.REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private static Names subscribe(Desk desk, Names asked) {
    Account account = account(desk, asked.login());
    return each(asked, name -> desk.mail().subscribe(account.id(), name));
  }

  /**
   * Who is meant.
   *
   * @throws OperationRefused when there is no such account
   */
  static Account account(Desk desk, String login) {
    return desk.accounts()
        .byLogin(login)
        .orElseThrow(() -> new OperationRefused(Kind.REQUEST, "there is no account " + login));
  }

  /**
   * A mailbox, as long as its UIDs are those that are meant.
   *
   * @throws OperationRefused when there is none
   */
  static Mailbox mailbox(Desk desk, String login, String name, long uidValidity) {
    try {
      return desk.mail()
          .find(account(desk, login).id(), MailboxName.of(name))
          .filter(row -> row.uidValidity() == uidValidity)
          .orElseThrow(
              () ->
                  new OperationRefused(
                      Kind.REQUEST,
                      login + " has no mailbox " + name + " with UIDVALIDITY " + uidValidity));
    } catch (BadMailboxName e) {
      throw new OperationRefused(Kind.REQUEST, String.valueOf(e.getMessage()));
    }
  }
}
