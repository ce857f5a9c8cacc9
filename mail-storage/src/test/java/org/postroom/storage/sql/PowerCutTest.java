package org.postroom.storage.sql;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.storage.sql.Inbox.bodies;
import static org.postroom.storage.sql.Inbox.content;
import static org.postroom.storage.sql.Inbox.inbox;
import static org.postroom.storage.sql.Inbox.message;
import static org.postroom.storage.sql.Inbox.subject;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.auth.Argon2;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.quota.QuotaRules;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.secret.Secret;
import org.postroom.storage.Storage;
import org.postroom.storage.blob.SimulatedFolder;

@Tag("scaled")
class PowerCutTest {
  @TempDir Path folder;

  private static NewMessage repeated(String text) {
    return message(content(text, text.repeat(50)));
  }

  private static Set<String> subjects(Engine store) {
    Set<String> found = new HashSet<>();
    for (byte[] octets : bodies(store)) {
      String subject = subject(octets);
      assertThat(new String(octets, US_ASCII)).endsWith("\r\n\r\n" + subject.repeat(50) + "\r\n");
      assertThat(found.add(subject)).isTrue();
    }
    return found;
  }

  @Test
  void losesNothingAcknowledgedWhenThePowerFails() throws Exception {
    int images = Integer.getInteger("postroom.powercut.images", 12);
    Random random = new Random(99);
    SimulatedFolder disk = new SimulatedFolder();
    Path root = folder.resolve("live");
    Set<String> acknowledged = Collections.synchronizedSet(new HashSet<>());
    List<Set<String>> promises = new ArrayList<>();

    try (Engine store = Engines.open(root, disk::open, 0)) {
      store.accounts().add("ada@example.org", Secret.of("x"));
      MailboxId inbox = inbox(store);
      Thread[] writers = new Thread[4];
      for (int t = 0; t < writers.length; t++) {
        int number = t;
        writers[t] =
            new Thread(
                () -> {
                  for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
                    String text = "m" + number + "-" + i;
                    store.mail().append(inbox, List.of(repeated(text)));
                    acknowledged.add(text);
                  }
                });
        writers[t].start();
      }
      for (int i = 0; i < images; i++) {
        int wanted = acknowledged.size() + 5 + random.nextInt(40);
        while (acknowledged.size() < wanted) {
          Thread.onSpinWait();
        }
        Set<String> before;
        synchronized (acknowledged) {
          before = Set.copyOf(acknowledged);
        }
        disk.image(root, folder.resolve("image" + i), random, i % 3 / 2.0);
        promises.add(before);
      }
      for (Thread writer : writers) {
        writer.interrupt();
        writer.join();
      }
    }

    for (int i = 0; i < images; i++) {
      try (Engine store =
          StoreOpening.open(
              new Storage.H2(folder.resolve("image" + i)),
              Clock.systemUTC(),
              new SecureRandom(),
              0,
              new Lifeline(),
              MemoryBudget.ofHeap(),
              Argon2.Effort.ofTheMachine(),
              () -> QuotaRules.NONE)) {
        assertThat(subjects(store)).containsAll(promises.get(i));
      }
    }
  }

  /** The batch may be there; done again, it would be there twice. */
  @Test
  void keepsNothingTwiceWhenASyncSaysThatItFailed() throws Exception {
    SimulatedFolder disk = new SimulatedFolder();
    try (Engine store = Engines.open(folder.resolve("failing"), disk::open, 0)) {
      store.accounts().add("ada@example.org", Secret.of("x"));
      MailboxId inbox = inbox(store);
      Set<String> acknowledged = Collections.synchronizedSet(new HashSet<>());
      AtomicInteger refused = new AtomicInteger();
      Thread[] writers = new Thread[12];
      for (int t = 0; t < writers.length; t++) {
        int number = t;
        writers[t] =
            new Thread(
                () -> {
                  for (int i = 0; i < 60; i++) {
                    String text = "m" + number + "-" + i;
                    if (number == 0 && i % 15 == 14) {
                      disk.failNextSync();
                    }
                    try {
                      store.mail().append(inbox, List.of(repeated(text)));
                      acknowledged.add(text);
                    } catch (StorageUnavailable e) {
                      refused.incrementAndGet();
                    }
                  }
                });
        writers[t].start();
      }
      for (Thread writer : writers) {
        writer.join();
      }

      assertThat(refused).hasPositiveValue();
      assertThat(subjects(store)).containsAll(acknowledged);
    }
  }

  @Test
  void hasNoWriterBesideTheCommitter() {
    try (Engine store =
        StoreOpening.open(
            new Storage.H2(folder.resolve("quiet")),
            Clock.systemUTC(),
            new SecureRandom(),
            0,
            new Lifeline(),
            MemoryBudget.ofHeap(),
            Argon2.Effort.ofTheMachine(),
            () -> QuotaRules.NONE)) {
      store.accounts().add("ada@example.org", Secret.of("x"));

      assertThat(Thread.getAllStackTraces().keySet())
          .extracting(Thread::getName)
          .noneMatch(name -> name.contains("background writer") && name.contains("quiet"));
    }
  }

  @Test
  void refusesMailOnAFullDiskAndGoesOnWhenThereIsRoomAgain() {
    SimulatedFolder disk = new SimulatedFolder();
    try (Engine store = Engines.open(folder.resolve("full"), disk::open, 1 << 20)) {
      store.accounts().add("ada@example.org", Secret.of("x"));
      MailboxId inbox = inbox(store);
      store.mail().append(inbox, List.of(repeated("before")));

      disk.room(100_000);
      String large = "x".repeat(60_000);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 2000; i++) {
                  store.mail().append(inbox, List.of(repeated(i + large)));
                }
              })
          .isInstanceOf(StorageFull.class);
      store.mail().store(inbox, UidSet.of(1), FlagChange.add(Flags.SEEN), Long.MAX_VALUE);
      disk.room(Long.MAX_VALUE / 4);
      store.mail().append(inbox, List.of(repeated("after")));

      assertThat(subjects(store)).contains("before", "after");
    }
  }
}
