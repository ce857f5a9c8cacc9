package org.postroom.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.Account;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.StagedOctets;
import org.postroom.storage.store.SqlStorage;

/**
 * Measures a store without any protocol: {@code StorageBench [folder|memory|jdbc:…] [threads]
 * [seconds]}. Not a test; run by hand, best with a flight recording.
 */
public final class StorageBench {
  private StorageBench() {}

  public static void main(String[] args) throws Exception {
    String where = args.length > 0 ? args[0] : "";
    int threads = args.length > 1 ? Integer.parseInt(args[1]) : 20;
    int seconds = args.length > 2 ? Integer.parseInt(args[2]) : 5;
    Path folder = Files.createTempDirectory("bench-storage");
    Storage storage =
        where.equals("memory")
            ? Storage.inMemory()
            : where.startsWith("jdbc:")
                ? Storage.postgres(where, "postgres", "")
                : Storage.h2(folder);
    long start = System.nanoTime();
    try (SqlStorage store = SqlStorage.open(storage, Clock.systemUTC(), new SecureRandom())) {
      say("open", 1, start);
      List<Account> accounts = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        accounts.add(store.accounts().add("user" + i + "@example.org", Secret.of("secret")));
      }
      for (int round = 0; round < 3; round++) {
        deliver(store, accounts, 1, Math.max(1, seconds / 2));
        deliver(store, accounts, threads, seconds);
      }
      big(store, accounts.get(0));
    } finally {
      try (var files = Files.walk(folder)) {
        files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  private static void say(String what, long count, long since) {
    double seconds = (System.nanoTime() - since) / 1e9;
    System.out.printf("%-28s %10.1f ms %12.0f /s%n", what, seconds * 1000, count / seconds);
  }

  private static byte[] mail(int size) {
    StringBuilder text = new StringBuilder();
    text.append("From: Ada <ada@example.org>\r\nTo: bob@example.org\r\nSubject: hello\r\n\r\n");
    while (text.length() < size) {
      text.append("The quick brown fox jumps over the lazy dog, again and again.\r\n");
    }
    return text.toString().getBytes(US_ASCII);
  }

  private static void deliver(SqlStorage store, List<Account> accounts, int threads, int seconds)
      throws InterruptedException {
    byte[] octets = mail(4096);
    AtomicLong count = new AtomicLong();
    AtomicInteger turn = new AtomicInteger();
    long start = System.nanoTime();
    long end = start + Duration.ofSeconds(seconds).toNanos();
    List<Thread> workers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      Thread worker =
          new Thread(
              () -> {
                while (System.nanoTime() < end) {
                  Account to = accounts.get(turn.getAndIncrement() % accounts.size());
                  store.mailCommit().commit(acceptance(store, to, StagedOctets.of(octets)));
                  count.incrementAndGet();
                }
              });
      worker.start();
      workers.add(worker);
    }
    for (Thread worker : workers) {
      worker.join();
    }
    say("deliver, " + threads + " threads", count.get(), start);
  }

  static Acceptance acceptance(SqlStorage store, Account to, StagedContent content) {
    Address address = Address.of("bob", Domain.of("example.org"));
    Submission mail =
        new Submission(
            store.mailCommit().newId(),
            Origin.SMTP,
            new Submission.Client(
                InetAddress.getLoopbackAddress(), "unknown", "me", Optional.empty(), "ESMTP"),
            Envelope.of(ReversePath.of(address), List.of(Recipient.of(address))),
            content,
            java.time.Instant.now());
    return new Acceptance(
        mail,
        List.of(
            new Acceptance.Delivery(
                to.id(),
                MailboxName.INBOX,
                Recipient.of(address),
                Content.of("Return-Path: <bob@example.org>\r\n".getBytes(US_ASCII)))),
        List.of());
  }

  private static void big(SqlStorage store, Account account) {
    MailStore mail = store.mail();
    MailboxId big = mail.create(account.id(), MailboxName.of("Big"), Optional.empty()).id();
    byte[] octets = mail(4096);
    long start = System.nanoTime();
    int total = 20_000;
    for (int i = 0; i < total / 500; i++) {
      List<org.postroom.core.mailbox.NewMessage> some = new ArrayList<>();
      for (int k = 0; k < 500; k++) {
        some.add(
            new org.postroom.core.mailbox.NewMessage(
                StagedOctets.of(octets),
                0,
                Set.of(),
                new org.postroom.core.mailbox.InternalDate(1, 0)));
      }
      mail.append(big, some);
    }
    say("append 500 each", total, start);
    for (int round = 0; round < 5; round++) {
      start = System.nanoTime();
      UidSet uids = mail.snapshot(big).uids();
      say("snapshot", total, start);
      start = System.nanoTime();
      long[] sum = new long[1];
      mail.read(big, uids, Set.of(), row -> sum[0] += row.systemFlags() + row.size());
      say("read flags and size", total, start);
      start = System.nanoTime();
      mail.read(
          big,
          uids,
          EnumSet.of(MailStore.Detail.ENVELOPE),
          row -> sum[0] += row.envelope().hashCode());
      say("read envelope", total, start);
      start = System.nanoTime();
      mail.read(big, uids, Set.of(), row -> sum[0] += row.internalDate().epochMillis());
      say("read date", total, start);
      start = System.nanoTime();
      ByteBuffer buffer = ByteBuffer.allocate(8192);
      mail.read(
          big,
          uids,
          EnumSet.of(MailStore.Detail.CONTENT),
          row -> {
            buffer.clear();
            sum[0] += row.content().orElseThrow().read(0, buffer);
          });
      say("read content", total, start);
      start = System.nanoTime();
      mail.store(
          big, uids, FlagChange.add(round % 2 == 0 ? Flags.SEEN : Flags.FLAGGED), Long.MAX_VALUE);
      mail.store(big, uids, new FlagChange(FlagChange.Mode.REPLACE, 0, Set.of()), Long.MAX_VALUE);
      say("store twice", 2L * total, start);
    }
    MailboxId other = mail.create(account.id(), MailboxName.of("Other"), Optional.empty()).id();
    UidSet uids = mail.snapshot(big).uids();
    for (int i = 0; i < 5; i++) {
      start = System.nanoTime();
      mail.copy(big, uids.between(uids.nth(1 + i * 2000), uids.nth(2000 + i * 2000)), other);
      say("copy 2000", 2000, start);
      start = System.nanoTime();
      mail.move(big, uids.between(uids.nth(1 + i * 2000), uids.nth(2000 + i * 2000)), other);
      say("move 2000", 2000, start);
    }
    uids = mail.snapshot(other).uids();
    for (int i = 0; i < 5; i++) {
      UidSet some = uids.between(uids.nth(1 + i * 2000), uids.nth(2000 + i * 2000));
      mail.store(other, some, FlagChange.add(Flags.DELETED), Long.MAX_VALUE);
      start = System.nanoTime();
      mail.expungeDeleted(other, some);
      say("expunge 2000", 2000, start);
    }
    start = System.nanoTime();
    say("purge", store.purge(Duration.ofSeconds(-1)), start);
  }
}
