package org.postroom.storage.sql;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailStore.Detail;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.mime.ScanLimits;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.testing.StagedOctets;
import org.postroom.storage.blob.SimulatedFolder;

/** Whatever rows there are: readers see the same, and hold little of it. */
@Tag("seconds")
class LargeRowsTest {
  @TempDir Path temp;
  private final SimulatedFolder disk = new SimulatedFolder();
  private final MemoryBudget memory = new MemoryBudget(4 << 20);
  private Engine store;
  private MailboxId inbox;

  @BeforeEach
  void open() {
    store = Engines.open(temp.resolve("data"), disk::open, 0, FolderOrigin.Unsaved.DEFAULT, memory);
    inbox = Inbox.inbox(store);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static StagedContent bomb(int number) {
    String part = "--b\nContent-Type: text/plain; name=\"" + "n".repeat(700) + "\"\n\nx\n";
    return StagedOctets.of(
        ("Subject: s" + number + "\nTo: " + "a@b, ".repeat(number % 3 == 0 ? 9000 : 1))
            + "\nContent-Type: multipart/mixed; boundary=b\n\n"
            + part.repeat(number % 4 == 0 ? 300 : 1)
            + "--b--\n");
  }

  private List<MessageStructure> fill(int count) {
    List<MessageStructure> expected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StagedContent content = bomb(i);
      expected.add(content.structure());
      store
          .mail()
          .append(
              inbox, List.of(new NewMessage(content, 0, Set.of(), new InternalDate(1000 + i, 0))));
    }
    return expected;
  }

  private List<MessageStructure> structures(UidSet uids) {
    List<MessageStructure> found = new ArrayList<>();
    store
        .mail()
        .read(
            inbox,
            uids,
            EnumSet.of(Detail.STRUCTURE),
            row -> {
              assertThat(row.internalDate().epochMillis()).isEqualTo(999 + row.uid());
              found.add(row.structure());
            });
    return found;
  }

  @Test
  void showsLongAndShortRowsInTheirOrder() {
    List<MessageStructure> expected = fill(300);

    assertThat(structures(UidSet.range(1, 300)).equals(expected)).isTrue();
    UidSet.Builder sparse = new UidSet.Builder();
    List<MessageStructure> some = new ArrayList<>();
    for (int uid = 1; uid <= 300; uid += uid % 7 + 1) {
      sparse.add(uid);
      some.add(expected.get(uid - 1));
    }
    assertThat(structures(sparse.build()).equals(some)).isTrue();

    List<Object> envelopes = new ArrayList<>();
    store
        .mail()
        .read(
            inbox,
            UidSet.range(1, 300),
            EnumSet.of(Detail.ENVELOPE),
            row -> envelopes.add(row.envelope()));
    assertThat(envelopes.equals(expected.stream().map(MessageStructure::envelope).toList()))
        .isTrue();
  }

  /** As an earlier version wrote them. */
  @Test
  void findsOutAgainWhatIsLongerThanAnyRowMayBe() throws Exception {
    List<MessageStructure> expected = fill(6);
    try (Connection beside = beside();
        PreparedStatement update =
            beside.prepareStatement("UPDATE message SET envelope = ?, structure = ?")) {
      update.setBytes(1, "not read".repeat(ScanLimits.ENVELOPE / 8 + 1).getBytes(US_ASCII));
      update.setBytes(2, new byte[10]);
      assertThat(update.executeUpdate()).isEqualTo(6);
    }

    assertThat(structures(UidSet.range(1, 6)).equals(expected)).isTrue();

    try (Connection beside = beside();
        PreparedStatement update =
            beside.prepareStatement("UPDATE message SET envelope = ?, structure = ?")) {
      update.setBytes(1, expected.get(0).envelope().encode());
      update.setBytes(2, new byte[ScanLimits.STRUCTURE + 1]);
      assertThat(update.executeUpdate()).isEqualTo(6);
    }
    assertThat(structures(UidSet.range(1, 6)).equals(expected)).isTrue();
  }

  /** What finding out again holds is counted like what arrives. */
  @Test
  void findsNothingOutAgainWithoutMemoryForIt() throws Exception {
    List<MessageStructure> expected = fill(1);
    try (Connection beside = beside();
        PreparedStatement update = beside.prepareStatement("UPDATE message SET structure = ?")) {
      update.setBytes(1, new byte[ScanLimits.STRUCTURE + 1]);
      assertThat(update.executeUpdate()).isEqualTo(1);
    }
    long others = memory.capacity() - 20_000;
    assertThat(memory.tryTake(others)).isTrue();

    assertThatThrownBy(() -> structures(UidSet.of(1))).isInstanceOf(StorageUnavailable.class);
    assertThat(memory.held()).isEqualTo(others);

    memory.give(others);
    assertThat(structures(UidSet.of(1)).equals(expected)).isTrue();
    assertThat(memory.held()).isZero();
  }

  /** For as long as a visitor looks at it, what was found out again is held. */
  @Test
  void countsWhatWasFoundOutAgainUntilTheVisitIsOver() throws Exception {
    fill(3);
    try (Connection beside = beside();
        PreparedStatement update = beside.prepareStatement("UPDATE message SET structure = ?")) {
      update.setBytes(1, new byte[ScanLimits.STRUCTURE + 1]);
      assertThat(update.executeUpdate()).isEqualTo(3);
    }
    List<Long> held = new ArrayList<>();

    store
        .mail()
        .read(
            inbox,
            UidSet.range(1, 3),
            EnumSet.of(Detail.STRUCTURE, Detail.ENVELOPE),
            row -> {
              assertThat(memory.held()).as("before it is asked for").isZero();
              assertThat(row.structure()).isNotNull();
              held.add(memory.held());
              assertThat(row.envelope()).isNotNull();
              assertThat(memory.held()).as("once").isEqualTo(held.get(held.size() - 1));
            });

    assertThat(held).hasSize(3).allMatch(octets -> octets > 0);
    assertThat(memory.held()).isZero();
  }

  private Connection beside() throws SQLException {
    return Trouble.beside(disk.opened());
  }
}
