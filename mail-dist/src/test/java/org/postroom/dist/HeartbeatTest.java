package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.testing.Until;
import org.postroom.core.time.VirtualTime;
import org.postroom.storage.Storage;

/** When a server says that it is alive, and when it does not. */
@Timeout(120)
final class HeartbeatTest {
  private static final Duration INTERVAL = Duration.ofSeconds(20);

  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-24T12:00:00Z"));
  private final AtomicInteger signs = new AtomicInteger();
  private final AtomicInteger asked = new AtomicInteger();

  @TempDir private Path folder;
  private @Nullable Heartbeat heartbeat;

  @AfterEach
  void end() {
    if (heartbeat != null) {
      heartbeat.close();
    }
    time.close();
  }

  @Test
  void saysSoEachIntervalAndNotBetween() {
    begun(HeartbeatTest::healthy, asked::incrementAndGet);
    time.advance(INTERVAL.minusSeconds(1));
    assertThat(asked).hasValue(0);

    time.advance(Duration.ofSeconds(1));
    Until.so(() -> signs.get() == 1);
    time.advance(INTERVAL);
    Until.so(() -> signs.get() == 2);
  }

  @Test
  void saysNothingWhileAThreadOfTheNetworkHangs() {
    CompletableFuture<Void> hangs = new CompletableFuture<>();
    begun(() -> hangs, asked::incrementAndGet);
    time.advance(INTERVAL.multipliedBy(10));
    assertThat(asked).hasValue(0);
    assertThat(signs).hasValue(0);

    hangs.complete(null);
    Until.so(() -> signs.get() >= 1);
  }

  @Test
  void saysNothingWhileTheStoreHangs() {
    CountDownLatch hangs = new CountDownLatch(1);
    Runnable store =
        () -> {
          asked.incrementAndGet();
          await(hangs);
        };
    begun(HeartbeatTest::healthy, store);
    time.advance(INTERVAL);
    Until.so(() -> asked.get() == 1);
    time.advance(INTERVAL.multipliedBy(10));
    assertThat(signs).hasValue(0);

    hangs.countDown();
    Until.so(() -> signs.get() >= 1);
  }

  /** A database that is away does not come back by a restart of the server. */
  @Test
  void aStoreThatAnswersThatItCannotIsAlive() {
    Runnable store =
        () -> {
          throw new StorageUnavailable("the database is away");
        };
    begun(HeartbeatTest::healthy, store);
    time.advance(INTERVAL);
    Until.so(() -> signs.get() == 1);
  }

  @Test
  void goesOnAfterAnOwnersFault() {
    Runnable owner =
        () -> {
          signs.incrementAndGet();
          throw new IllegalStateException("as a test has it");
        };
    heartbeat = Heartbeat.begun(time, INTERVAL, HeartbeatTest::healthy, () -> {}, owner);
    time.advance(INTERVAL);
    Until.so(() -> signs.get() == 1);
    time.advance(INTERVAL);
    Until.so(() -> signs.get() == 2);
  }

  /** Whoever is told of a change is told by the store's one writer, and can hold it up. */
  @Test
  void aServerIsNotAliveWhileItsOneWriterIsHeldUp() {
    CountDownLatch hangs = new CountDownLatch(1);
    try (MailServer server =
        MailServer.builder()
            .hostname("mail.example.org")
            .domains("example.org")
            .storage(Storage.h2(folder))
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.MX, 0)
            .account("ada@example.org", "correct horse")
            .time(time, time)
            .onAlive(INTERVAL, signs::incrementAndGet)
            .start()) {
      time.advance(INTERVAL);
      Until.so(() -> signs.get() == 1);

      MailboxId inbox =
          server
              .inside()
              .mail()
              .find(
                  server.inside().accounts().byLogin("ada@example.org").orElseThrow().id(),
                  MailboxName.INBOX)
              .orElseThrow()
              .id();
      CountDownLatch held = new CountDownLatch(1);
      server
          .inside()
          .mail()
          .watch(
              inbox,
              change -> {
                held.countDown();
                await(hangs);
              });
      Thread sender =
          new Thread(
              () ->
                  server
                      .mailboxes("ada@example.org")
                      .inbox()
                      .append("Subject: x\r\n\r\n".getBytes(US_ASCII)));
      sender.start();
      await(held);
      time.advance(INTERVAL.multipliedBy(10));
      assertThat(signs).hasValue(1);

      hangs.countDown();
      Until.so(() -> signs.get() > 1);
    }
  }

  private void begun(Supplier<CompletionStage<Void>> network, Runnable store) {
    heartbeat = Heartbeat.begun(time, INTERVAL, network, store, signs::incrementAndGet);
  }

  private static CompletionStage<Void> healthy() {
    return CompletableFuture.completedFuture(null);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
