package org.postroom.storage.sql;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.Authentication;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.QueueStore.Settlement;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.Chosen;
import org.postroom.core.testing.StagedOctets;

/**
 * Somebody with an account of his own who does all that can be done with a store, one thing after
 * the other, and knows what must be there after each.
 */
final class Client implements Runnable {
  private final int number;
  private final String login;
  private final Random random;

  /** What is there after each thing that was begun; the first is what was found. */
  private final List<State> history = Collections.synchronizedList(new ArrayList<>());

  private volatile int acknowledged;
  private volatile boolean stopped;
  private volatile Engine store;
  private long serial;
  private int refused;

  Client(int number, long seed) {
    this.number = number;
    this.login = "user" + number + "@example.org";
    this.random = new Random(seed * 100 + number);
  }

  /** All that can be seen of an account: messages in the order of their UIDs, mails under way. */
  static final class State {
    private final TreeMap<String, List<String>> mailboxes = new TreeMap<>();
    private final TreeMap<String, Integer> queued = new TreeMap<>();
    private final TreeSet<String> aliases = new TreeSet<>();
    private String password = "";

    private State copy() {
      State copy = new State();
      mailboxes.forEach((name, messages) -> copy.mailboxes.put(name, new ArrayList<>(messages)));
      copy.queued.putAll(queued);
      copy.aliases.addAll(aliases);
      copy.password = password;
      return copy;
    }

    @Override
    public String toString() {
      return mailboxes + " " + queued + " " + aliases;
    }
  }

  /** What may be there after a power cut: from the last that was acknowledged on. */
  record Window(int from, int to) {}

  int acknowledged() {
    return acknowledged;
  }

  /** Each on a thread of its own; what one fails of is added to {@code faults}. */
  static List<Thread> start(List<Client> clients, List<Throwable> faults) {
    List<Thread> threads = new ArrayList<>();
    for (Client client : clients) {
      Thread thread = new Thread(client);
      thread.setUncaughtExceptionHandler(
          (t, e) -> {
            synchronized (faults) {
              faults.add(e);
            }
          });
      thread.start();
      threads.add(thread);
    }
    return threads;
  }

  /** They end what they are at. */
  static void stop(List<Client> clients, List<Thread> threads) throws InterruptedException {
    clients.forEach(Client::stop);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** What was acknowledged to all of them. */
  static int acknowledged(List<Client> clients) {
    return clients.stream().mapToInt(Client::acknowledged).sum();
  }

  int refused() {
    return refused;
  }

  void begin(Engine engine) {
    store = engine;
    if (store.accounts().byLogin(login).isEmpty()) {
      store.accounts().add(login, Secret.of("first"));
      history.clear();
      State found = found(engine);
      found.password = "first";
      history.add(found);
    }
    stopped = false;
  }

  void stop() {
    stopped = true;
  }

  private Account account(Engine engine) {
    return engine.accounts().byLogin(login).orElseThrow();
  }

  private String destination() {
    return "smtp:" + number + ".example";
  }

  // --- what is there

  /** What is there, except for the password, which only can be tried. */
  private State found(Engine engine) {
    State state = new State();
    Account account = account(engine);
    for (Mailbox mailbox : engine.mail().list(account.id())) {
      List<String> messages = new ArrayList<>();
      UidSet uids = engine.mail().snapshot(mailbox.id()).uids();
      engine
          .mail()
          .read(
              mailbox.id(),
              uids,
              EnumSet.of(MailStore.Detail.CONTENT),
              row -> {
                byte[] octets = row.content().orElseThrow().toBytes();
                String text = new String(octets, US_ASCII);
                String subject = Inbox.subject(octets);
                assertThat(text).isEqualTo(text(subject).replace("\n", "\r\n"));
                messages.add(subject + ((row.systemFlags() & Flags.FLAGGED) != 0 ? "!" : ""));
              });
      assertThat(messages).hasSize(uids.size());
      assertThat(mailbox.messages()).isEqualTo(uids.size());
      state.mailboxes.put(mailbox.name().value(), messages);
    }
    for (QueuedMail mail : engine.queue().list(100_000)) {
      if (mail.destination().equals(destination())) {
        mail.recipients()
            .forEach(
                it ->
                    assertThat(
                            state.queued.put(it.recipient().address().localPart(), it.attempts()))
                        .isNull());
      }
    }
    for (int i = 0; i < 5; i++) {
      if (engine.accounts().byAddress(alias(i)).filter(account::equals).isPresent()) {
        state.aliases.add("alias" + i);
      }
    }
    return state;
  }

  private Address alias(int i) {
    return Address.of("alias" + i + "-" + number, Domain.of("example.org"));
  }

  /** To be called before the power is cut. */
  int promised() {
    return acknowledged;
  }

  /** To be called afterwards. */
  Window window(int promised) {
    return new Window(promised, history.size() - 1);
  }

  /** Checks what is there, and goes on from it. */
  String check(Engine engine, Window window) {
    State found = found(engine);
    int match = -1;
    for (int i = window.from; i <= window.to && match < 0; i++) {
      State candidate = history.get(i);
      if (candidate.toString().equals(found.toString()) && knows(engine, candidate.password)) {
        match = i;
      }
    }
    if (match < 0) {
      StringBuilder all = new StringBuilder();
      for (int i = Math.max(0, window.from - 3); i <= window.to; i++) {
        all.append("\n").append(i).append(i < window.from ? " old " : " ");
        all.append(history.get(i).password).append(' ').append(history.get(i));
      }
      throw new AssertionError(login + " finds\n" + found + "\nwhich is none of" + all);
    }
    return found + " " + history.get(match).password;
  }

  /** What is there is what everything begins with from now on. */
  void goOn(Engine engine, Window window) {
    String found = check(engine, window);
    State state = null;
    for (int i = window.from; i <= window.to; i++) {
      if ((history.get(i) + " " + history.get(i).password).equals(found)) {
        state = history.get(i);
      }
    }
    assertThat(state).isNotNull();
    history.clear();
    history.add(state);
    acknowledged = 0;
  }

  private boolean knows(Engine engine, String password) {
    return engine.accounts().verify(login, Secret.of(password)) instanceof Authentication.Success;
  }

  private static String text(String subject) {
    int repeats = subject.hashCode() % 17 == 0 ? 20_000 : 20;
    return "Subject: " + subject + "\n\n" + subject.repeat(repeats) + "\n";
  }

  // --- what is done

  @Override
  public void run() {
    while (!stopped) {
      step();
    }
  }

  private void step() {
    Engine engine = store;
    State state = history.get(history.size() - 1).copy();
    Account account;
    Runnable action;
    try {
      account = account(engine);
      action = choose(engine, account, state);
    } catch (StorageUnavailable e) {
      refused++;
      settleDown(engine);
      return;
    }
    history.add(state);
    try {
      action.run();
      acknowledged = history.size() - 1;
    } catch (StorageUnavailable e) {
      // It may have been done or not; which of both it is must not change from now on.
      refused++;
      settleDown(engine);
      goOnAfterRefusal(engine);
    }
  }

  /** Waits until the store works again. */
  private void settleDown(Engine engine) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (true) {
      try {
        engine.mail().subscribe(account(engine).id(), MailboxName.INBOX);
        return;
      } catch (StorageUnavailable e) {
        assertThat(System.nanoTime()).as("it never worked again").isLessThan(end);
        refused++;
      }
    }
  }

  private void goOnAfterRefusal(Engine engine) {
    while (true) {
      try {
        goOn(engine, new Window(history.size() - 2, history.size() - 1));
        return;
      } catch (StorageUnavailable e) {
        settleDown(engine);
      }
    }
  }

  /** Decides what to do next, and makes {@code state} what is there afterwards. */
  private Runnable choose(Engine engine, Account account, State state) {
    List<String> names = new ArrayList<>(state.mailboxes.keySet());
    String name = names.get(random.nextInt(names.size()));
    String other = names.get(random.nextInt(names.size()));
    List<String> messages = state.mailboxes.get(name);
    MailboxId mailbox = engine.mail().find(account.id(), MailboxName.of(name)).orElseThrow().id();
    int kind = random.nextInt(100);
    if (kind < 30 || kind < 60 && messages.isEmpty()) {
      return append(engine, mailbox, messages);
    } else if (kind < 60) {
      int first = random.nextInt(messages.size());
      int last = Math.min(messages.size() - 1, first + random.nextInt(3));
      UidSet all = engine.mail().snapshot(mailbox).uids();
      UidSet uids = all.between(all.nth(first + 1), all.nth(last + 1));
      List<String> some = messages.subList(first, last + 1);
      if (kind < 36) {
        some.replaceAll(it -> it.endsWith("!") ? it : it + "!");
        FlagChange flag = FlagChange.add(Flags.FLAGGED);
        return () -> engine.mail().store(mailbox, uids, flag, Long.MAX_VALUE);
      } else if (kind < 48) {
        some.clear();
        return () -> engine.mail().expunge(mailbox, uids);
      } else if (name.equals(other)) {
        return append(engine, mailbox, messages);
      }
      MailboxId target = engine.mail().find(account.id(), MailboxName.of(other)).orElseThrow().id();
      state.mailboxes.get(other).addAll(some);
      if (kind < 54) {
        return () -> engine.mail().copy(mailbox, uids, target);
      }
      some.clear();
      return () -> engine.mail().move(mailbox, uids, target);
    } else if (kind < 70) {
      return mailboxes(engine, account, state, kind, name, mailbox);
    } else if (kind < 72) {
      return accounts(engine, account, state, kind);
    } else if (kind < 80) {
      int i = random.nextInt(5);
      if (state.aliases.add("alias" + i)) {
        return () -> engine.accounts().addAlias(account.id(), alias(i));
      }
      state.aliases.remove("alias" + i);
      return () -> engine.accounts().removeAlias(alias(i));
    }
    return queue(engine, account, state, kind);
  }

  private Runnable append(Engine engine, MailboxId mailbox, List<String> messages) {
    List<NewMessage> some = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      String subject = "m" + number + "-" + serial++;
      messages.add(subject);
      some.add(new NewMessage(StagedOctets.of(text(subject)), 0, Set.of(), new InternalDate(1, 0)));
    }
    return () -> engine.mail().append(mailbox, some);
  }

  private Runnable mailboxes(
      Engine engine, Account account, State state, int kind, String name, MailboxId mailbox) {
    String fresh = "box" + serial++;
    boolean own = name.startsWith("box");
    if (own && kind < 64) {
      state.mailboxes.remove(name);
      return () -> engine.mail().delete(mailbox);
    } else if (own) {
      state.mailboxes.put(fresh, state.mailboxes.remove(name));
      return () -> engine.mail().rename(account.id(), MailboxName.of(name), MailboxName.of(fresh));
    }
    state.mailboxes.put(fresh, new ArrayList<>());
    return () -> engine.mail().create(account.id(), MailboxName.of(fresh), Optional.empty());
  }

  private Runnable accounts(Engine engine, Account account, State state, int kind) {
    if (kind == 70) {
      String more = "more" + number + "-" + serial++ + "@example.org";
      return () -> {
        Account added = engine.accounts().add(more, Secret.of("x"));
        engine.accounts().delete(added.id());
      };
    }
    state.password = "password" + serial++;
    return () -> engine.accounts().changePassword(account.id(), Secret.of(state.password));
  }

  private Runnable queue(Engine engine, Account account, State state, int kind) {
    if (kind < 92) {
      String recipient = "q" + serial++;
      boolean here = random.nextBoolean();
      state.queued.put(recipient, 0);
      String subject = "m" + number + "-" + serial++;
      if (here) {
        state.mailboxes.get("INBOX").add(subject);
      }
      Acceptance acceptance = acceptance(engine, here ? account : null, subject, recipient);
      return () -> engine.mailCommit().commit(acceptance);
    }
    Set<String> others = new HashSet<>(Set.of("smtp:far.example"));
    for (int i = 0; i < 10; i++) {
      if (i != number) {
        others.add("smtp:" + i + ".example");
      }
    }
    Instant now = Instant.now();
    List<QueuedMail> leased =
        engine.queue().lease("node", now, Duration.ofMillis(1), Chosen.of(10, 3).without(others));
    List<Settlement> settlements = new ArrayList<>();
    Consumer<Settlement> add = settlements::add;
    for (QueuedMail mail : leased) {
      mail.recipients()
          .forEach(
              it -> {
                String recipient = it.recipient().address().localPart();
                if (random.nextInt(3) > 0) {
                  state.queued.remove(recipient);
                  add.accept(new Settlement.Done(it.id()));
                } else {
                  state.queued.merge(recipient, 1, Integer::sum);
                  add.accept(
                      new Settlement.Later(it.id(), it.attempts(), now, now, "not yet", false));
                }
              });
    }
    return () -> engine.queue().settle(settlements, List.of());
  }

  private Acceptance acceptance(
      Engine engine, @Nullable Account here, String subject, String recipient) {
    Address address = Address.of(recipient, Domain.of(number + ".example"));
    Submission mail =
        new Submission(
            engine.mailCommit().newId(),
            Origin.SMTP,
            new Submission.Client(
                InetAddress.getLoopbackAddress(), "unknown", "me", Optional.empty(), "ESMTP"),
            Envelope.of(ReversePath.of(address), List.of(Recipient.of(address))),
            StagedOctets.of(text(subject)),
            Instant.now());
    return new Acceptance(
        mail,
        here == null
            ? List.of()
            : List.of(
                new Acceptance.Delivery(
                    here.id(), MailboxName.INBOX, Recipient.of(address), Content.of(new byte[0]))),
        List.of(new Acceptance.Onward(Recipient.of(address), destination())));
  }

  /** Windows of several clients, to be taken around one power cut. */
  static Map<Client, Integer> promised(List<Client> clients) {
    Map<Client, Integer> promised = new HashMap<>();
    clients.forEach(client -> promised.put(client, client.promised()));
    return promised;
  }
}
