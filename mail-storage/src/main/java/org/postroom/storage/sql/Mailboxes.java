package org.postroom.storage.sql;

import java.sql.SQLException;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.SpecialUse;
import org.postroom.core.mailbox.SpecialUseTaken;
import org.postroom.core.mailbox.Uid;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.refusal.BadMailboxName;
import org.postroom.core.refusal.MailboxExists;
import org.postroom.core.refusal.MailboxNotFound;

/** What units of work do to mailboxes as a whole: make, remove, rename, subscribe. */
final class Mailboxes {
  private static final String INSERT =
      "INSERT INTO mailbox (id, account_id, name, special_use, object_id, uid_validity, uid_next,"
          + " highest_modseq, vanished_modseq, first_recent_uid, messages, unseen, deleted, octets,"
          + " keywords) VALUES (?, ?, ?, ?, ?, ?, 1, ?, 0, 1, 0, 0, 0, 0, '')";
  private static final String SUBSCRIBE =
      "INSERT INTO subscription (account_id, name) VALUES (?, ?)";
  private static final String UNSUBSCRIBE =
      "DELETE FROM subscription WHERE account_id = ? AND name = ?";

  private Mailboxes() {}

  static MailboxState create(
      Batch batch, AccountId owner, MailboxName name, Optional<SpecialUse> use, Clock clock)
      throws SQLException {
    AccountState account = batch.account(owner).drawn(0, 0);
    if (account.mailboxes().containsKey(name)) {
      throw new MailboxExists("Mailbox " + name + " exists already");
    }
    for (Integer other : account.mailboxes().values()) {
      if (use.isPresent() && batch.mailbox(new MailboxId(other)).row().specialUse().equals(use)) {
        throw new SpecialUseTaken("Another mailbox is used for " + use.get().attribute());
      }
    }
    // RFC 3501, 2.3.1.1: a pair of name and UIDVALIDITY never comes again.
    long validity = Math.max(account.uidValidity() + 1, clock.millis() / 1000);
    return make(batch, account, name, use, validity);
  }

  private static MailboxState make(
      Batch batch, AccountState account, MailboxName name, Optional<SpecialUse> use, long validity)
      throws SQLException {
    int id = (int) batch.id(Ids.Kind.MAILBOX);
    MailboxState made =
        new MailboxState(
            new Mailbox(
                new MailboxId(id),
                account.id(),
                name,
                validity,
                1,
                account.modSeq(),
                1,
                0,
                0,
                0,
                0,
                List.of(),
                use),
            0,
            Messages.NONE,
            Keywords.NONE);
    Map<MailboxName, Integer> names = new HashMap<>(account.mailboxes());
    names.put(name, id);
    batch.put(account.withMailboxes(names, Math.max(account.uidValidity(), validity)));
    batch.put(made);
    batch.creation(statements -> insert(statements, made));
    return made;
  }

  /** See {@link MailStore#adopt}. */
  static MailboxState adopt(
      Batch batch, AccountId owner, MailboxName name, long validity, Watchers watchers)
      throws SQLException {
    if (validity < 1 || validity > Uid.MAX) {
      throw new IllegalArgumentException("UIDVALIDITY out of range: " + validity);
    }
    AccountState account = batch.account(owner);
    Integer known = account.mailboxes().get(name);
    if (known == null) {
      return make(batch, account.drawn(0, 0), name, Optional.empty(), validity);
    }
    MailboxId id = new MailboxId(known);
    MailboxState before = batch.mailbox(id);
    if (before.row().uidValidity() == validity) {
      return before;
    }
    if (before.row().uidNext() > 1) {
      throw new MailboxExists(
          "Mailbox "
              + name
              + " has had messages under UIDVALIDITY "
              + before.row().uidValidity()
              + " and cannot take over "
              + validity);
    }
    AccountState drawn = account.drawn(0, 0);
    batch.put(drawn.withMailboxes(drawn.mailboxes(), Math.max(drawn.uidValidity(), validity)));
    MailboxState after = before.adopting(validity, drawn.modSeq());
    batch.put(after);
    batch.op(
        statements ->
            statements.update("UPDATE mailbox SET uid_validity = ? WHERE id = ?", validity, known));
    batch.afterwards(() -> watchers.tell(id, drawn.modSeq()));
    return after;
  }

  private static void insert(Journaled statements, MailboxState state) throws SQLException {
    Prepared insert = statements.of(INSERT);
    insert.setInt(1, state.id());
    insert.setInt(2, state.row().account().value());
    insert.setString(3, state.row().name().value());
    insert.setString(4, state.row().specialUse().map(SpecialUse::name).orElse(null));
    insert.setString(5, "M" + UUID.randomUUID().toString().replace("-", ""));
    insert.setLong(6, state.row().uidValidity());
    insert.setLong(7, state.row().highestModSeq());
    insert.executeUpdate();
  }

  static void delete(Batch batch, MailboxState state, long now) throws SQLException {
    AccountState account =
        batch.account(state.row().account()).drawn(-state.row().octets(), -state.row().messages());
    Map<MailboxName, Integer> names = new HashMap<>(account.mailboxes());
    names.remove(state.row().name());
    batch.put(account.withMailboxes(names, account.uidValidity()));
    int id = state.id();
    batch.removeMailbox(id);
    batch.op(
        statements -> {
          statements.update("DELETE FROM mailbox WHERE id = ?", id);
          statements.update(
              "INSERT INTO mailbox_removed (mailbox_id, removed_ts) VALUES (?, ?)", id, now);
        });
  }

  static void rename(Batch batch, AccountId owner, MailboxName from, MailboxName to)
      throws SQLException {
    AccountState account = batch.account(owner).drawn(0, 0);
    if (to.isBelow(from)) {
      throw new BadMailboxName(to + " lies below " + from);
    }
    Map<MailboxName, Integer> names = new HashMap<>(account.mailboxes());
    // Short names first: upwards, a mailbox may take a name that another of them still has.
    Map<MailboxName, Integer> moved =
        new TreeMap<>(
            Comparator.comparingInt((MailboxName name) -> name.value().length())
                .thenComparing(Comparator.naturalOrder()));
    for (Map.Entry<MailboxName, Integer> entry : account.mailboxes().entrySet()) {
      MailboxName renamed = renamed(entry.getKey(), from, to);
      if (renamed != null) {
        moved.put(renamed, entry.getValue());
        names.remove(entry.getKey());
      }
    }
    if (moved.isEmpty()) {
      throw new MailboxNotFound("There is no mailbox " + from);
    }
    if (from.equals(to) || account.mailboxes().containsKey(to)) {
      throw new MailboxExists("Mailbox " + to + " exists already");
    }
    for (Map.Entry<MailboxName, Integer> entry : moved.entrySet()) {
      if (names.putIfAbsent(entry.getKey(), entry.getValue()) != null) {
        throw new MailboxExists("Mailbox " + entry.getKey() + " exists already");
      }
      MailboxState state = batch.mailbox(new MailboxId(entry.getValue()));
      batch.put(state.named(entry.getKey()));
      batch.op(statements -> rename(statements, entry.getValue(), entry.getKey()));
    }
    Set<MailboxName> subscriptions = new HashSet<>();
    for (MailboxName name : account.subscriptions()) {
      MailboxName renamed = renamed(name, from, to);
      subscriptions.add(renamed == null ? name : renamed);
    }
    batch.put(account.withMailboxes(names, account.uidValidity()).withSubscriptions(subscriptions));
    if (!subscriptions.equals(account.subscriptions())) {
      batch.op(statements -> subscriptions(statements, owner, subscriptions));
    }
  }

  private static @Nullable MailboxName renamed(MailboxName name, MailboxName from, MailboxName to) {
    if (name.equals(from)) {
      return to;
    }
    return name.isBelow(from)
        ? MailboxName.of(to.value() + name.value().substring(from.value().length()))
        : null;
  }

  private static void rename(Journaled statements, int id, MailboxName name) throws SQLException {
    Prepared update = statements.of("UPDATE mailbox SET name = ? WHERE id = ?");
    update.setString(1, name.value());
    update.setInt(2, id);
    update.executeUpdate();
  }

  private static void subscriptions(Journaled statements, AccountId account, Set<MailboxName> names)
      throws SQLException {
    statements.update("DELETE FROM subscription WHERE account_id = ?", account.value());
    for (MailboxName name : names) {
      subscription(statements, SUBSCRIBE, account, name);
    }
  }

  static void subscribe(Batch batch, AccountId owner, MailboxName name) throws SQLException {
    AccountState account = batch.account(owner);
    Set<MailboxName> names = new HashSet<>(account.subscriptions());
    if (names.add(name)) {
      batch.put(account.withSubscriptions(names));
      batch.op(statements -> subscription(statements, SUBSCRIBE, owner, name));
    }
  }

  static void unsubscribe(Batch batch, AccountId owner, MailboxName name) throws SQLException {
    AccountState account = batch.account(owner);
    Set<MailboxName> names = new HashSet<>(account.subscriptions());
    if (names.remove(name)) {
      batch.put(account.withSubscriptions(names));
      batch.op(statements -> subscription(statements, UNSUBSCRIBE, owner, name));
    }
  }

  private static void subscription(
      Journaled statements, String sql, AccountId account, MailboxName name) throws SQLException {
    Prepared statement = statements.of(sql);
    statement.setInt(1, account.value());
    statement.setString(2, name.value());
    statement.executeUpdate();
  }

  /**
   * Counts a mailbox's messages anew; its account holds the difference more, or less. Is written
   * even where memory is right, since the row may not be.
   */
  static void recount(Batch batch, MailboxId id) throws SQLException {
    MailboxState state = batch.complete(id);
    UidSet live = state.messages().live();
    long[] octets = new long[1];
    state.messages().forEach(live, (page, entry) -> octets[0] += page.size(entry));
    Mailbox row = state.row();
    AccountState account = batch.account(row.account());
    batch.put(
        account.counted(
            account.usedOctets() + octets[0] - row.octets(),
            account.usedMessages() + live.size() - row.messages()));
    batch.put(state.counted(live.size(), octets[0]));
    batch.durable();
  }
}
