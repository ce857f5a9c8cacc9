package org.postroom.storage.sql;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.Changes;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxChange;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.Snapshot;
import org.postroom.core.mailbox.SpecialUse;
import org.postroom.core.mailbox.Uid;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.quota.QuotaPassed;

/**
 * Mailboxes. What is asked of a mailbox's row, its UIDs, flags and changes is answered from the
 * {@link Catalog}; only envelopes, dates and bodies are read by SQL.
 */
final class SqlMailStore implements MailStore {
  private static final int MOVE_AT_ONCE = 5000;

  private final WholeMailboxes whole;
  private final Catalog catalog;
  private final MailboxNames names;
  private final Since since;
  private final Marking marking;
  private final Appending appending;
  private final Transfer transfer;
  private final Rows rows;
  private final Watchers watchers;

  SqlMailStore(
      Committer committer,
      WholeMailboxes whole,
      Catalog catalog,
      Database database,
      BodyRoom bodyStore,
      Rows rows,
      Watchers watchers,
      Clock clock) {
    this.whole = whole;
    this.catalog = catalog;
    this.since = new Since(whole, catalog, database);
    this.appending = new Appending(whole, bodyStore, watchers, clock);
    this.transfer = new Transfer(database, watchers, clock);
    this.names = new MailboxNames(committer, whole, catalog, transfer, watchers, clock);
    this.marking = new Marking(whole, catalog, watchers, clock);
    this.rows = rows;
    this.watchers = watchers;
  }

  // --- names

  @Override
  public List<Mailbox> list(AccountId account) {
    return names.list(account);
  }

  @Override
  public Optional<Mailbox> find(AccountId account, MailboxName name) {
    return names.find(account, name);
  }

  @Override
  public Mailbox mailbox(MailboxId mailbox) {
    return names.mailbox(mailbox);
  }

  @Override
  public Mailbox create(AccountId account, MailboxName name, Optional<SpecialUse> use) {
    return names.create(account, name, use);
  }

  @Override
  public Mailbox adopt(AccountId account, MailboxName name, long uidValidity) {
    return names.adopt(account, name, uidValidity);
  }

  @Override
  public void delete(MailboxId mailbox) {
    names.delete(mailbox);
  }

  @Override
  public void rename(AccountId account, MailboxName from, MailboxName to) {
    names.rename(account, from, to);
  }

  @Override
  public Set<MailboxName> subscriptions(AccountId account) {
    return names.subscriptions(account);
  }

  @Override
  public void subscribe(AccountId account, MailboxName name) {
    names.subscribe(account, name);
  }

  @Override
  public void unsubscribe(AccountId account, MailboxName name) {
    names.unsubscribe(account, name);
  }

  // --- looking

  @Override
  public Snapshot snapshot(MailboxId mailbox) {
    MailboxState state = whole.complete(mailbox);
    return new Snapshot(state.row(), state.messages().live());
  }

  @Override
  public Changes changesSince(MailboxId mailbox, long modSeq) {
    return since.changes(mailbox, modSeq);
  }

  @Override
  public UidSet claimRecent(MailboxId mailbox) {
    MailboxState known = catalog.mailbox(mailbox.value());
    if (known != null && known.row().firstRecentUid() == known.row().uidNext()) {
      return UidSet.EMPTY;
    }
    // Not durable by itself: after a crash a message may be recent twice, which harms nobody.
    return whole.run(
        batch -> {
          MailboxState state = batch.complete(mailbox);
          long from = state.row().firstRecentUid();
          long next = state.row().uidNext();
          if (from < next) {
            batch.put(state.withFirstRecent(next));
          }
          return state.messages().live().between(from, next - 1);
        });
  }

  @Override
  public void read(
      MailboxId mailbox, UidSet uids, Set<Detail> details, Consumer<MessageRow> visitor) {
    rows.read(whole.complete(mailbox), uids, details, visitor);
  }

  @Override
  public Optional<Uid> firstUnseen(MailboxId mailbox) {
    if (mailbox(mailbox).unseen() == 0) {
      return Optional.empty();
    }
    long uid = whole.complete(mailbox).messages().firstUnseen();
    return uid == 0 ? Optional.empty() : Optional.of(new Uid(uid));
  }

  // --- changing

  @Override
  public Appended append(MailboxId mailbox, List<NewMessage> messages) {
    if (messages.isEmpty()) {
      Mailbox row = mailbox(mailbox);
      return new Appended(row.uidValidity(), UidSet.EMPTY, row.highestModSeq(), Set.of());
    }
    return appending.append(mailbox, messages);
  }

  @Override
  public Appended restore(MailboxId mailbox, List<Numbered> messages, long uidNext) {
    return appending.restore(mailbox, messages, uidNext);
  }

  @Override
  public StoreResult store(MailboxId mailbox, UidSet uids, FlagChange change, long unchangedSince) {
    return marking.store(mailbox, uids, change, unchangedSince);
  }

  @Override
  public Copied copy(MailboxId source, UidSet uids, MailboxId target) {
    return whole.run(batch -> transfer.run(batch, source, uids, target, false));
  }

  @Override
  public Copied move(MailboxId source, UidSet uids, MailboxId target) {
    UidSet from = UidSet.EMPTY;
    UidSet to = UidSet.EMPTY;
    long validity = 0;
    long next = 1;
    UidSet rest = uids.intersect(whole.complete(source).messages().live());
    do {
      int share = Math.min(rest.size(), MOVE_AT_ONCE);
      UidSet some = share == 0 ? UidSet.EMPTY : rest.between(next, rest.nth(share));
      Copied moved = whole.run(batch -> transfer.run(batch, source, some, target, true));
      validity = moved.uidValidity();
      from = from.union(moved.source());
      to = to.union(moved.target());
      rest = rest.minus(some);
    } while (!rest.isEmpty());
    return new Copied(validity, from, to);
  }

  @Override
  public UidSet expungeDeleted(MailboxId mailbox, UidSet uids) {
    return marking.expungeDeleted(mailbox, uids);
  }

  @Override
  public UidSet expunge(MailboxId mailbox, UidSet uids) {
    return marking.expunge(mailbox, uids, 0);
  }

  @Override
  public Subscription watchQuotas(Consumer<QuotaPassed> listener) {
    return watchers.addQuotas(listener);
  }

  @Override
  public Subscription watch(MailboxId mailbox, Consumer<MailboxChange> listener) {
    Subscription watch = watchers.add(mailbox, listener);
    try {
      mailbox(mailbox);
      return watch;
    } catch (RuntimeException e) {
      watch.close();
      throw e;
    }
  }
}
