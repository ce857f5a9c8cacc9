package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.BadMailboxName;
import org.postroom.core.mailbox.Changes;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxChange;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.MailboxNotFound;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.Snapshot;
import org.postroom.core.mailbox.SpecialUse;
import org.postroom.core.mailbox.Uid;
import org.postroom.core.mailbox.UidSet;

/**
 * Mailboxes. What is asked of a mailbox's row, its UIDs, flags and changes is answered from the
 * {@link Catalog}; only envelopes, dates and bodies are read by SQL.
 */
final class SqlMailStore implements MailStore {
  private static final int MOVE_AT_ONCE = 5000;

  private final Committer committer;
  private final WholeMailboxes whole;
  private final Catalog catalog;
  private final Database database;
  private final Appending appending;
  private final Transfer transfer;
  private final Rows rows;
  private final Watchers watchers;
  private final Clock clock;

  SqlMailStore(
      Committer committer,
      WholeMailboxes whole,
      Catalog catalog,
      Database database,
      BodyRoom bodyStore,
      Rows rows,
      Watchers watchers,
      Clock clock) {
    this.committer = committer;
    this.whole = whole;
    this.catalog = catalog;
    this.database = database;
    this.appending = new Appending(committer, bodyStore, watchers, clock);
    this.transfer = new Transfer(database.dialect(), watchers, clock);
    this.rows = rows;
    this.watchers = watchers;
    this.clock = clock;
  }

  // --- names

  @Override
  public List<Mailbox> list(AccountId account) {
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

  @Override
  public Optional<Mailbox> find(AccountId account, MailboxName name) {
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

  @Override
  public Mailbox mailbox(MailboxId mailbox) {
    MailboxState known = catalog.mailbox(mailbox.value());
    return known != null ? known.row() : committer.run(batch -> batch.mailbox(mailbox).row());
  }

  @Override
  public Mailbox create(AccountId account, MailboxName name, Optional<SpecialUse> use) {
    return committer.run(
        batch -> {
          MailboxState made = Mailboxes.create(batch, account, name, use, clock);
          batch.durable();
          return made.row();
        });
  }

  @Override
  public void delete(MailboxId mailbox) {
    committer.run(
        batch -> {
          MailboxState state = batch.mailbox(mailbox);
          if (state.row().name().isInbox()) {
            throw new BadMailboxName("INBOX cannot be deleted");
          }
          Mailboxes.delete(batch, state, clock.millis());
          batch.durable();
          batch.afterwards(() -> watchers.tell(mailbox, 0));
          return true;
        });
  }

  @Override
  public void rename(AccountId account, MailboxName from, MailboxName to) {
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

  @Override
  public Set<MailboxName> subscriptions(AccountId account) {
    AccountState known = catalog.account(account.value());
    if (known != null) {
      return known.subscriptions();
    }
    return committer.run(
        batch -> batch.findAccount(account).map(AccountState::subscriptions).orElse(Set.of()));
  }

  @Override
  public void subscribe(AccountId account, MailboxName name) {
    committer.run(
        batch -> {
          Mailboxes.subscribe(batch, account, name);
          batch.durable();
          return true;
        });
  }

  @Override
  public void unsubscribe(AccountId account, MailboxName name) {
    committer.run(
        batch -> {
          Mailboxes.unsubscribe(batch, account, name);
          batch.durable();
          return true;
        });
  }

  // --- looking

  @Override
  public Snapshot snapshot(MailboxId mailbox) {
    MailboxState state = whole.complete(mailbox);
    return new Snapshot(state.row(), state.messages().live());
  }

  @Override
  public Changes changesSince(MailboxId mailbox, long modSeq) {
    MailboxState known = catalog.mailbox(mailbox.value());
    if (known != null && known.row().highestModSeq() <= modSeq) {
      return new Changes(known.row(), List.of(), UidSet.EMPTY);
    }
    MailboxState state = whole.complete(mailbox);
    List<Changes.FlagsRow> changed = new ArrayList<>();
    UidSet.Builder gone = new UidSet.Builder();
    Messages messages = state.messages();
    for (int p = 0; p < messages.count(); p++) {
      Page page = messages.page(p);
      if (page.highestModSeq() > modSeq) {
        for (int i = 0; i < page.count(); i++) {
          if (page.modSeq(i) <= modSeq) {
            continue;
          }
          if (page.live(i)) {
            changed.add(new Changes.FlagsRow(page.uid(i), page.flags(i), page.modSeq(i)));
          } else if (page.born(i) <= modSeq) {
            gone.add(page.uid(i));
          }
        }
      }
    }
    UidSet vanished = gone.build();
    if (modSeq < state.vanishedModSeq()) {
      vanished = vanished.union(purgedSince(mailbox, modSeq));
    }
    return new Changes(state.row(), changed, vanished);
  }

  /** What was expunged and has lost its traces already: for clients that were away for long. */
  private UidSet purgedSince(MailboxId mailbox, long modSeq) {
    return database.read("expunged UIDs", connection -> purged(connection, mailbox, modSeq));
  }

  private static UidSet purged(Connection connection, MailboxId mailbox, long modSeq)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT uids FROM mailbox_vanished"
                + " WHERE mailbox_id = ? AND modseq > ? AND purged = TRUE")) {
      select.setInt(1, mailbox.value());
      select.setLong(2, modSeq);
      UidSet all = UidSet.EMPTY;
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          all = all.union(Octets.decodeUids(found.getBytes(1)));
        }
      }
      return all;
    }
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
      return new Appended(row.uidValidity(), UidSet.EMPTY, row.highestModSeq());
    }
    return appending.append(mailbox, messages);
  }

  @Override
  public StoreResult store(MailboxId mailbox, UidSet uids, FlagChange change, long unchangedSince) {
    return whole.run(
        batch -> {
          Edit edit = Edit.all(batch, watchers, mailbox);
          boolean grows = change.mode() != FlagChange.Mode.REMOVE && !uids.isEmpty();
          long bits =
              change.system()
                  | (grows ? edit.bits(change.keywords()) : edit.knownBits(change.keywords()));
          List<Changes.FlagsRow> stored = new ArrayList<>(Math.min(uids.size(), 100_000));
          UidSet.Builder modified = new UidSet.Builder();
          boolean[] any = new boolean[1];
          edit.change(
              uids,
              (page, entry) -> {
                if (!page.live(entry)) {
                  return Edit.KEEP;
                }
                long uid = page.uid(entry);
                if (page.modSeq(entry) > unchangedSince) {
                  modified.add(uid);
                  return Edit.KEEP;
                }
                long before = page.flags(entry);
                long after =
                    switch (change.mode()) {
                      case ADD -> before | bits;
                      case REMOVE -> before & ~bits;
                      case REPLACE -> bits;
                    };
                boolean same = before == after;
                stored.add(
                    new Changes.FlagsRow(uid, after, same ? page.modSeq(entry) : edit.modSeq()));
                any[0] |= !same;
                return same ? Edit.KEEP : after;
              });
          MailboxState after = any[0] ? edit.done() : edit.before();
          return new StoreResult(
              after.row(), edit.before().row().highestModSeq(), stored, modified.build());
        });
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
    MailboxState known = catalog.mailbox(mailbox.value());
    if (known != null && known.row().deleted() == 0) {
      return UidSet.EMPTY;
    }
    return expunge(mailbox, uids, Flags.DELETED);
  }

  @Override
  public UidSet expunge(MailboxId mailbox, UidSet uids) {
    return expunge(mailbox, uids, 0);
  }

  private UidSet expunge(MailboxId mailbox, UidSet uids, long mask) {
    return whole.run(
        batch -> {
          Edit edit = Edit.all(batch, watchers, mailbox);
          UidSet.Builder gone = new UidSet.Builder();
          edit.change(
              uids,
              (page, entry) -> {
                if (!page.live(entry) || (page.flags(entry) & mask) != mask) {
                  return Edit.KEEP;
                }
                gone.add(page.uid(entry));
                return Edit.EXPUNGE;
              });
          UidSet vanished = gone.build();
          if (!vanished.isEmpty()) {
            edit.done();
            edit.vanished(vanished, clock.millis());
          }
          return vanished;
        });
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
