package org.postroom.dist.operation;

import java.util.List;
import java.util.Optional;
import org.postroom.core.auth.Account;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.refusal.BadMailboxName;
import org.postroom.core.refusal.MailboxExists;
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
    try {
      List<MailboxName> names = asked.names().stream().map(MailboxName::of).toList();
      names.forEach(name -> desk.mail().subscribe(account.id(), name));
    } catch (BadMailboxName e) {
      throw new OperationRefused(Kind.REQUEST, String.valueOf(e.getMessage()));
    }
    return asked;
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
