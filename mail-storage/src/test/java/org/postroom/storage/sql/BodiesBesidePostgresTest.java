package org.postroom.storage.sql;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.storage.sql.Inbox.inbox;
import static org.postroom.storage.sql.Trouble.untilSuccess;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.quota.QuotaRules;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.testing.StagedOctets;
import org.postroom.core.testing.Until;
import org.postroom.storage.PostgresServer;
import org.postroom.storage.Storage;
import org.postroom.storage.blob.DataFolder;
import org.postroom.storage.blob.SimulatedFolder;

/** Rows in PostgreSQL, bodies in a folder whose disk fails. */
@Tag("process")
@Timeout(120)
class BodiesBesidePostgresTest {
  private static final int LONG = 300_000;

  @TempDir Path temp;
  private final SimulatedFolder disk = new SimulatedFolder();
  private final AtomicReference<DataFolder> opened = new AtomicReference<>();
  private final Lifeline lifeline = new Lifeline();

  private Engine open(StoreHealth.Reopenings limits) {
    Storage.Postgres database = PostgresServer.freshDatabase();
    return StoreOpening.postgres(
        new Storage.Postgres(
            database.url(),
            database.user(),
            database.password(),
            Optional.empty(),
            Optional.of(temp.toAbsolutePath().normalize()),
            Optional.empty()),
        path -> {
          DataFolder folder = disk.open(path);
          opened.set(folder);
          return folder;
        },
        new Life(Clock.systemUTC(), lifeline, MemoryBudget.ofHeap(), limits),
        new SecureRandom(),
        0,
        () -> QuotaRules.NONE);
  }

  private static void append(Engine store, String subject, int length) {
    store
        .mail()
        .append(
            inbox(store),
            List.of(
                new NewMessage(
                    StagedOctets.of("Subject: " + subject + "\n\n" + "x".repeat(length) + "\n"),
                    0,
                    Set.of(),
                    new InternalDate(1, 0))));
  }

  private static List<String> subjects(Engine store) {
    MailboxId inbox = inbox(store);
    List<String> found = new ArrayList<>();
    store
        .mail()
        .read(
            inbox,
            store.mail().snapshot(inbox).uids(),
            EnumSet.of(MailStore.Detail.CONTENT),
            row -> {
              String text = new String(row.content().orElseThrow().toBytes(), US_ASCII);
              assertThat(text).endsWith("x\r\n");
              found.add(text.substring(9, text.indexOf('\r')));
            });
    return found;
  }

  /** A sync fails, with the body in it or with one that is long; and at another time. */
  @Test
  void aFolderThatFailsIsOpenedAgain() {
    try (Engine store = open(Engines.ALWAYS)) {
      append(store, "a", 10);
      append(store, "b", LONG);
      for (int length : new int[] {10, LONG}) {
        DataFolder before = opened.get();
        disk.failNextSync();
        assertThatThrownBy(() -> append(store, "refused", length))
            .isInstanceOf(StorageUnavailable.class);

        untilSuccess(() -> append(store, "again" + length, length));
        assertThat(opened.get()).isNotSameAs(before);
      }
      opened.get().fail(new IOException("as if"));

      untilSuccess(() -> assertThat(subjects(store)).hasSize(4));
      append(store, "c", LONG);
      assertThat(subjects(store)).containsExactly("a", "b", "again10", "again" + LONG, "c");
    }
    assertThat(lifeline.death()).isEmpty();
  }

  @Test
  void aFolderThatFailsTooOftenIsTheStoresDeath() {
    try (Engine store = open(new StoreHealth.Reopenings(2, Duration.ofHours(1), Duration.ZERO))) {
      append(store, "a", 10);
      for (int i = 0; i < 2; i++) {
        opened.get().fail(new IOException("as if"));
        untilSuccess(() -> append(store, "more", 10));
        assertThat(lifeline.death()).isEmpty();
      }
      opened.get().fail(new IOException("as if"));

      assertThatThrownBy(() -> append(store, "late", 10)).isInstanceOf(StorageUnavailable.class);

      // Who is refused may hear it before the owner does.
      Until.so(() -> lifeline.death().isPresent());
    }
  }
}
