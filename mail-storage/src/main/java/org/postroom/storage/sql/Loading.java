package org.postroom.storage.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.SpecialUse;
import org.postroom.core.people.Quota;

/** Reads the states of accounts and mailboxes from their rows. */
final class Loading {
  private static final String ACCOUNT =
      "SELECT login, quota_octets, quota_messages, used_octets, used_messages, modseq, uid_validity"
          + " FROM account WHERE id = ?";
  private static final String MAILBOXES =
      "SELECT id, name, special_use, uid_validity, uid_next, highest_modseq, vanished_modseq,"
          + " first_recent_uid, messages, unseen, deleted, octets, keywords FROM mailbox"
          + " WHERE account_id = ?";
  private static final String SUBSCRIPTIONS = "SELECT name FROM subscription WHERE account_id = ?";
  private static final String OWNER = "SELECT account_id FROM mailbox WHERE id = ?";
  private static final String PAGES =
      "SELECT id, data FROM mailbox_page WHERE id BETWEEN ? AND ? ORDER BY id";
  private static final String PAGE = "SELECT data FROM mailbox_page WHERE id = ?";

  private Loading() {}

  /** The account; its mailboxes are given to {@code mailboxes}, their pages not yet known. */
  static @Nullable AccountState account(
      Journaled statements, AccountId id, Consumer<MailboxState> mailboxes) throws SQLException {
    Map<MailboxName, Integer> names = new HashMap<>();
    Set<MailboxName> subscriptions = new HashSet<>();
    try (ResultSet rows = query(statements, MAILBOXES, id.value())) {
      while (rows.next()) {
        MailboxState state = mailbox(id, rows);
        names.put(state.row().name(), state.id());
        mailboxes.accept(state);
      }
    }
    try (ResultSet rows = query(statements, SUBSCRIPTIONS, id.value())) {
      while (rows.next()) {
        subscriptions.add(MailboxName.of(rows.getString(1)));
      }
    }
    try (ResultSet rows = query(statements, ACCOUNT, id.value())) {
      if (!rows.next()) {
        return null;
      }
      return new AccountState(
          id,
          rows.getString(1),
          new Quota(rows.getLong(2), rows.getLong(3)),
          rows.getLong(4),
          rows.getLong(5),
          rows.getLong(6),
          rows.getLong(7),
          names,
          subscriptions);
    }
  }

  static @Nullable AccountId accountOf(Journaled statements, MailboxId mailbox)
      throws SQLException {
    try (ResultSet rows = query(statements, OWNER, mailbox.value())) {
      return rows.next() ? new AccountId(rows.getInt(1)) : null;
    }
  }

  /** All pages of a mailbox, by rising UID. */
  static KeptPage[] pages(Journaled statements, int mailbox) throws SQLException {
    List<KeptPage> pages = new ArrayList<>();
    Prepared select = statements.of(PAGES);
    select.setLong(1, (long) mailbox << 32);
    select.setLong(2, (long) mailbox << 32 | 0xFFFF_FFFFL);
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        pages.add(kept((int) rows.getLong(1), rows.getBytes(2)));
      }
    }
    return pages.toArray(KeptPage[]::new);
  }

  private static KeptPage kept(int index, byte[] data) {
    Page page = Page.decode(index, data);
    return page.living() > 0
        ? page
        : new DormantPage(index, page.highestModSeq(), page.traces(), data);
  }

  static @Nullable Page page(Journaled statements, int mailbox, int index) throws SQLException {
    try (ResultSet rows = query(statements, PAGE, (long) mailbox << 32 | index)) {
      return rows.next() ? Page.decode(index, rows.getBytes(1)) : null;
    }
  }

  private static MailboxState mailbox(AccountId account, ResultSet row) throws SQLException {
    String use = row.getString(3);
    Keywords keywords = Keywords.of(row.getString(13));
    Mailbox mailbox =
        new Mailbox(
            new MailboxId(row.getInt(1)),
            account,
            MailboxName.of(row.getString(2)),
            row.getLong(4),
            row.getLong(5),
            row.getLong(6),
            row.getLong(8),
            row.getInt(9),
            row.getInt(10),
            row.getInt(11),
            row.getLong(12),
            keywords.names(),
            use == null ? Optional.empty() : Optional.of(SpecialUse.valueOf(use)));
    // A mailbox that never had a message has no pages.
    Messages messages = mailbox.uidNext() == 1 ? Messages.NONE : Messages.unknown();
    return new MailboxState(mailbox, row.getLong(7), messages, keywords);
  }

  private static ResultSet query(Journaled statements, String sql, long parameter)
      throws SQLException {
    Prepared select = statements.of(sql);
    select.setLong(1, parameter);
    return select.executeQuery();
  }
}
