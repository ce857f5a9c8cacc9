package org.postroom.testkit;

import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.door.Door;
import org.postroom.core.mail.Content;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.time.VirtualTime;
import org.postroom.dist.MailServer;
import org.postroom.dist.ServerBuilder;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.dist.assembly.StartedServer;
import org.postroom.storage.Storage;
import org.postroom.testkit.fault.Faults;

/** A test's server, and all that it has received. Threads share it. */
final class House implements AutoCloseable {
  final Conversations conversations = new Conversations();
  final VirtualTime time;
  final Tokens tokens;
  final Faults faults;
  final MailServer server;
  private final MailSetup setup;
  private final Surroundings surroundings;

  /** What some view has still to see. */
  private final ArrayDeque<ReceivedMail> received = new ArrayDeque<>();

  /** Nobody has received what is put into mailboxes just now. */
  private volatile boolean isPreloading;

  /** How many mails there were before those. */
  private int gone;

  private final List<WeakReference<TestMail>> views = new ArrayList<>();

  private House(MailSetup setup, Surroundings surroundings) {
    this.setup = setup;
    this.surroundings = surroundings;
    this.time = surroundings.time();
    this.tokens = new Tokens(time);
    this.faults = new Faults(time, time);
    try {
      server = describe().start();
    } catch (RuntimeException | Error e) {
      surroundings.end();
      throw e;
    }
    try {
      preload();
      if (setup.isFrozen) {
        time.freeze();
      }
    } catch (RuntimeException | Error e) {
      try {
        close();
      } catch (RuntimeException | Error second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  static House open(MailSetup setup) {
    return open(setup, Surroundings.alone());
  }

  /** One that is not alone. */
  static House open(MailSetup setup, Surroundings surroundings) {
    return new House(setup, surroundings);
  }

  private ServerBuilder describe() {
    ServerBuilder builder =
        MailServer.builder()
            .storage(setup.folder == null ? Storage.inMemory() : Storage.h2(setup.folder))
            .bind(InetAddress.getLoopbackAddress())
            .set("message_size_limit", "50000000")
            .set("auth_throttle", "no")
            .set("auth_failure_delay", "0s")
            .set("notify_classes", "") // a test's mail is what the test sent
            .time(time, time);
    builder
        .unwrap(DescribedServer.class)
        .overheardBy(conversations)
        .disturbedBy(faults)
        .onAcceptance(this::take)
        .onPut(this::take);
    surroundings.describe(builder, setup.domains(), setup.isStrict);
    if (!setup.says("oauth2_")) {
      builder.tokens(tokens.check());
    }
    builder.resolver(faults.over(surroundings.names()));
    for (Map.Entry<String, String> one : setup.accounts.entrySet()) {
      builder.account(one.getKey(), one.getValue());
    }
    for (Door door : builder.doors()) {
      builder.listen(door, setup.ports.getOrDefault(door, 0));
    }
    for (Map.Entry<String, String> one : setup.settings.entrySet()) {
      builder.set(one.getKey(), one.getValue());
    }
    return builder;
  }

  // --- mail

  /** What lies in memory is there once: in the store. A folder's store may be closed before. */
  private void take(Acceptance acceptance) {
    Submission mail = acceptance.mail();
    add(
        new ReceivedMail(
            mail,
            setup.folder == null ? mail.content() : Content.of(mail.content().toBytes()),
            id -> conversations.saying("queued as " + id).orElse(""),
            () ->
                acceptance.deliveries().stream()
                    .map(one -> new InMailbox(login(one.account()), one.mailbox().value()))
                    .toList()));
  }

  /** Messages that somebody has put into a mailbox. */
  private void take(Mailbox mailbox, UidSet uids) {
    if (isPreloading) {
      return;
    }
    inside()
        .mail()
        .read(
            mailbox.id(),
            uids,
            Set.of(MailStore.Detail.CONTENT, MailStore.Detail.STRUCTURE),
            row -> {
              Content content = row.content().orElseThrow();
              add(
                  new ReceivedMail(
                      setup.folder == null ? content : Content.of(content.toBytes()),
                      row.structure().root(),
                      new InMailbox(login(mailbox.account()), mailbox.name().value())));
            });
  }

  private StartedServer inside() {
    return server.unwrap(StartedServer.class);
  }

  private synchronized void add(ReceivedMail mail) {
    received.add(mail);
    notifyAll();
  }

  private String login(AccountId account) {
    return inside().accounts().list().stream()
        .filter(one -> one.id().equals(account))
        .findFirst()
        .map(Account::login)
        .orElse("");
  }

  private void preload() {
    isPreloading = true;
    try {
      for (Preload one : setup.preloads) {
        one.into(server);
      }
    } finally {
      isPreloading = false;
    }
  }

  /** One more that looks at it; sees what comes from now on. */
  synchronized void look(TestMail view) {
    views.add(new WeakReference<>(view));
  }

  /** How many mails have come. */
  synchronized int count() {
    return gone + received.size();
  }

  /** Those behind the first {@code mark}. */
  synchronized List<ReceivedMail> received(int mark) {
    List<ReceivedMail> all = new ArrayList<>(received);
    return List.copyOf(all.subList(Math.max(0, mark - gone), all.size()));
  }

  /** Lets go of what no view will look at any more. */
  synchronized void forgotten() {
    views.removeIf(view -> view.get() == null);
    int first = count();
    for (WeakReference<TestMail> view : views) {
      TestMail looking = view.get();
      first = looking == null ? first : Math.min(first, looking.mark());
    }
    while (gone < first) {
      received.remove();
      gone++;
    }
  }

  /**
   * Waits until those behind {@code mark} that are wanted are enough, or {@code patience} is over.
   *
   * @param isEnough of how many
   * @return those that are wanted by then
   */
  synchronized List<ReceivedMail> await(
      int mark, Predicate<ReceivedMail> wanted, Predicate<Integer> isEnough, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      List<ReceivedMail> found = received(mark).stream().filter(wanted).toList();
      long left = end - System.nanoTime();
      if (left <= 0 || isEnough.test(found.size())) {
        return found;
      }
      try {
        wait(left / 1_000_000, (int) (left % 1_000_000));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for mail", e);
      }
    }
  }

  // --- as it was

  void reset(Reset what) {
    if (what == Reset.NOTHING) {
      return;
    }
    faults.clear();
    new AsBefore(server, setup.accounts).reset(what);
    server.purge(Duration.ZERO);
    preload();
  }

  @Override
  public void close() {
    try {
      server.close();
    } finally {
      surroundings.end();
    }
  }
}
