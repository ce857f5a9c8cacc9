package org.postroom.storage.sql;

import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.SpecialUse;
import org.postroom.core.refusal.BadMailboxName;
import org.postroom.core.refusal.MailboxNotFound;

/** Which mailboxes an account has, what they are called, and which of them it follows. */
final class MailboxNames {
  private final Committer committer;
  private final WholeMailboxes whole;
  private final Catalog catalog;
  private final Transfer transfer;
  private final Watchers watchers;
  private final Clock clock;

  MailboxNames(
      Committer committer,
      WholeMailboxes whole,
      Catalog catalog,
      Transfer transfer,
      Watchers watchers,
      Clock clock) {
    this.committer = committer;
    this.whole = whole;
    this.catalog = catalog;
    this.transfer = transfer;
    this.watchers = watchers;
    this.clock = clock;
  }

  List<Mailbox> list(AccountId account) {
    AccountState known = catalog.account(account.value());
    List<Mailbox> found = new ArrayList<>();
    if (known != null) {
      for (Integer id : known.mailboxes().values()) {
        MailboxState state = catalog.mailbox(id);
        if (state != null) {
          found.add(state.row());
        }
      }
    }
    if (known == null || found.size() < known.mailboxes().size()) {
      found = committer.run(batch -> rowsOf(batch, account));
    }
    found.sort(Comparator.comparing(Mailbox::name));
    return List.copyOf(found);
  }

  private static List<Mailbox> rowsOf(Batch batch, AccountId account) throws SQLException {
    List<Mailbox> found = new ArrayList<>();
    Optional<AccountState> state = batch.findAccount(account);
    if (state.isPresent()) {
      for (Integer id : state.get().mailboxes().values()) {
        found.add(batch.mailbox(new MailboxId(id)).row());
      }
    }
    return found;
  }

  Optional<Mailbox> find(AccountId account, MailboxName name) {
    AccountState known = catalog.account(account.value());
    if (known != null) {
      Integer id = known.mailboxes().get(name);
      if (id == null) {
        return Optional.empty();
      }
      MailboxState state = catalog.mailbox(id);
      if (state != null) {
        return Optional.of(state.row());
      }
    }
    return list(account).stream().filter(mailbox -> mailbox.name().equals(name)).findFirst();
  }

  Mailbox mailbox(MailboxId mailbox) {
    MailboxState known = catalog.mailbox(mailbox.value());
    return known != null ? known.row() : committer.run(batch -> batch.mailbox(mailbox).row());
  }

  Mailbox create(AccountId account, MailboxName name, Optional<SpecialUse> use) {
    return committer.run(
        batch -> {
          MailboxState made = Mailboxes.create(batch, account, name, use, clock);
          batch.durable();
          return made.row();
        });
  }

  /** See {@link MailStore#adopt}. */
  Mailbox adopt(AccountId account, MailboxName name, long uidValidity) {
    return committer.run(
        batch -> {
          MailboxState adopted = Mailboxes.adopt(batch, account, name, uidValidity, watchers);
          batch.durable();
          return adopted.row();
        });
  }

  void delete(MailboxId mailbox) {
    committer.run(
        batch -> {
          MailboxState state = batch.mailbox(mailbox);
          if (state.row().name().isInbox()) {
            throw new BadMailboxName("INBOX cannot be deleted");
          }
          QuotaMarks marks = QuotaMarks.before(batch, state.row().account());
          Mailboxes.delete(batch, state, clock.millis());
          marks.after(watchers);
          batch.durable();
          batch.afterwards(() -> watchers.tell(mailbox, 0));
          return true;
        });
  }

  void rename(AccountId account, MailboxName from, MailboxName to) {
    whole.run(
        batch -> {
          if (from.isInbox()) {
            renameInbox(batch, account, to);
          } else {
            Mailboxes.rename(batch, account, from, to);
          }
          batch.durable();
          return true;
        });
  }

  private void renameInbox(Batch batch, AccountId account, MailboxName to) throws SQLException {
    Integer inbox = batch.account(account).mailboxes().get(MailboxName.INBOX);
    if (inbox == null) {
      throw new MailboxNotFound("There is no INBOX");
    }
    MailboxState made = Mailboxes.create(batch, account, to, Optional.empty(), clock);
    MailboxId source = new MailboxId(inbox);
    transfer.run(batch, source, batch.complete(source).messages().live(), made.row().id(), true);
  }

  Set<MailboxName> subscriptions(AccountId account) {
    AccountState known = catalog.account(account.value());
    if (known != null) {
      return known.subscriptions();
    }
    return committer.run(
        batch -> batch.findAccount(account).map(AccountState::subscriptions).orElse(Set.of()));
  }

  void subscribe(AccountId account, MailboxName name) {
    committer.run(
        batch -> {
          Mailboxes.subscribe(batch, account, name);
          batch.durable();
          return true;
        });
  }

  void unsubscribe(AccountId account, MailboxName name) {
    committer.run(
        batch -> {
          Mailboxes.unsubscribe(batch, account, name);
          batch.durable();
          return true;
        });
  }
}
