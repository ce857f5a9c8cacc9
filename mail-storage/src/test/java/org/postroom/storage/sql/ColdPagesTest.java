package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.storage.schema.Schema;

/** Pages that a unit of work reads, and what the units before it have changed in the same batch. */
final class ColdPagesTest {
  private static final MailboxId INBOX = new MailboxId(1);
  private static final int PAGES = 3;

  private final MemoryOrigin place = new MemoryOrigin();
  private Connection connection;
  private Batch batch;

  @BeforeEach
  void aMailboxThatIsNotInMemory() throws SQLException {
    connection = place.source().getConnection();
    Schema.createTemporary(connection);
    Statements statements = new Statements(connection, null);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO account (id, login, enabled, quota_octets, quota_messages, used_octets,"
              + " used_messages, modseq, uid_validity, object_id, password, scram_salt,"
              + " scram_iterations, scram_stored_key, scram_server_key, created_ts)"
              + " VALUES (1, 'ada', TRUE, 0, 0, 0, 0, 1, 1, 'A', '', X'', 1, X'', X'', 0)");
      statement.execute(
          "INSERT INTO mailbox VALUES (1, 1, 'INBOX', NULL, '', 1, 600, 1, 0, 1, 3, 3, 0, 3, '')");
    }
    Prepared insert = statements.of("INSERT INTO mailbox_page (modseq, data, id) VALUES (1, ?, ?)");
    for (int i = 0; i < PAGES; i++) {
      insert.setBytes(1, with(Page.empty(i), ((long) i << Page.SHIFT) + 1).encode());
      insert.setLong(2, (long) INBOX.value() << 32 | i);
      insert.addBatch();
    }
    insert.executeBatch();
    batch = new Batch(statements, new Catalog(1 << 20), new MemoryBlobs(), new Ids());
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
    place.close();
  }

  private static Page with(Page page, long uid) {
    Page.Draft draft = page.draft(1);
    draft.add(uid, 0, Wide.NONE, 1, 1);
    return draft.build();
  }

  private int[] stored() throws SQLException {
    KeptPage[] pages = Loading.pages(new Statements(connection, null), INBOX.value());
    return IntStream.range(0, pages.length).map(i -> pages[i].living()).toArray();
  }

  @Test
  void whatAFailedUnitHasReadIsNotMissedInThatBeforeIt() throws SQLException {
    MailboxState before = batch.withTail(INBOX);
    Page tail = before.messages().page(0).open();
    batch.put(before.with(before.messages().with(with(tail, 600))));
    batch.keepUnit();

    batch.readColdMailboxes();
    assertThat(batch.complete(INBOX).messages().count()).isEqualTo(PAGES);
    batch.forgetUnit();
    batch.write();

    assertThat(stored()).containsExactly(1, 1, 2);
  }

  @Test
  void theLastPageThatAFailedUnitHasReadStaysToo() throws SQLException {
    batch.put(batch.mailbox(INBOX).withFirstRecent(600));
    batch.keepUnit();

    assertThat(batch.withTail(INBOX).messages().count()).isEqualTo(1);
    batch.forgetUnit();
    batch.write();

    assertThat(stored()).containsExactly(1, 1, 1);
  }

  @Test
  void aUnitHasItsOwnChangesInWhatItReads() throws SQLException {
    MailboxState before = batch.withTail(INBOX);
    Page tail = before.messages().page(0).open();
    batch.put(before.with(before.messages().with(with(tail, 600))));

    batch.readColdMailboxes();
    MailboxState read = batch.complete(INBOX);
    batch.keepUnit();
    batch.write();

    assertThat(read.messages().live().size()).isEqualTo(PAGES + 1);
    assertThat(stored()).containsExactly(1, 1, 2);
  }
}
