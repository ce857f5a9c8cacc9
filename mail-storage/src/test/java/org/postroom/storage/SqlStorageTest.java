package org.postroom.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.auth.Account;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.StagedOctets;
import org.postroom.storage.store.SqlStorage;

@Tag("seconds")
class SqlStorageTest {
  @TempDir Path folder;

  private static SqlStorage open(Storage where) {
    return SqlStorage.open(where, Clock.systemUTC(), new SecureRandom());
  }

  private static NewMessage message(String text) {
    return new NewMessage(
        StagedOctets.of("Subject: " + text + "\n\n" + text + "\n"),
        0,
        Set.of(),
        new InternalDate(1_700_000_000_000L, 90));
  }

  private static MailboxId inbox(SqlStorage store, Account account) {
    return store.mail().find(account.id(), MailboxName.INBOX).orElseThrow().id();
  }

  private static List<String> subjects(SqlStorage store, MailboxId mailbox) {
    List<String> found = new ArrayList<>();
    UidSet uids = store.mail().snapshot(mailbox).uids();
    store
        .mail()
        .read(
            mailbox,
            uids,
            EnumSet.of(MailStore.Detail.CONTENT),
            row -> {
              String text = new String(row.content().orElseThrow().toBytes(), US_ASCII);
              assertThat(row.size()).isEqualTo(text.length());
              found.add(text.substring(9, text.indexOf('\r')));
            });
    return found;
  }

  @Test
  void keepsEverythingOverRestarts() {
    Account ada;
    MailboxId inbox;
    try (SqlStorage store = open(Storage.h2(folder.resolve("data")))) {
      ada = store.accounts().add("Ada@example.org", Secret.of("secret"));
      inbox = inbox(store, ada);
      for (int i = 0; i < 600; i++) {
        store.mail().append(inbox, List.of(message("mail " + i)));
      }
      store.mail().store(inbox, UidSet.range(10, 20), FlagChange.add(Flags.SEEN), Long.MAX_VALUE);
      store.mail().expunge(inbox, UidSet.range(1, 300));
    }

    try (SqlStorage store = open(Storage.h2(folder.resolve("data")))) {
      assertThat(store.accounts().byLogin("ada@example.org")).contains(ada);
      assertThat(store.mail().mailbox(inbox).messages()).isEqualTo(300);
      assertThat(store.mail().snapshot(inbox).uids()).isEqualTo(UidSet.range(301, 600));
      assertThat(subjects(store, inbox)).startsWith("mail 300").endsWith("mail 599");
      assertThat(store.mail().append(inbox, List.of(message("next"))).uids())
          .isEqualTo(UidSet.of(601));
      assertThat(store.mailCommit().newId()).isNotEqualTo(store.mailCommit().newId());
    }
  }

  @Test
  void tellsWhyAFolderCannotBeOpened() throws Exception {
    Path data = folder.resolve("data");
    Path file = Files.writeString(folder.resolve("file"), "not a folder");

    try (SqlStorage store = open(Storage.h2(data))) {
      assertThat(store.accounts().list()).isEmpty();
      assertThatThrownBy(() -> open(Storage.h2(data)))
          .isInstanceOf(StorageFault.class)
          .hasMessageContaining(data.toString())
          .hasMessageContaining("own folder");
    }
    assertThatThrownBy(() -> open(Storage.h2(file)))
        .isInstanceOf(StorageFault.class)
        .hasMessageContaining(file.toString());
    Path other = Files.createDirectories(folder.resolve("other"));
    Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rwx------"));
    Path inTheWay = Files.writeString(other.resolve("db"), "no folder either");
    assertThatThrownBy(() -> open(Storage.h2(other)))
        .isInstanceOf(StorageFault.class)
        .hasMessageContaining(" cannot be used: " + inTheWay + ": ");
  }
}
