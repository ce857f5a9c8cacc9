package org.postroom.core.testing.imap;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.postroom.core.testing.imap.ModelClient.Rule;
import org.postroom.core.transcript.Peer;

/**
 * Random sessions on one mailbox, in the manner of imaptest: each does what comes to its mind, and
 * holds every answer against its own model. In the end all must have come to the same.
 */
public final class ImapWorkload {
  private static final String MAILBOX = "INBOX";
  private static final String ELSEWHERE = "Archive";
  private static final int CHECKPOINT = 150;
  private static final int MANY = 60;
  private static final List<String> FLAGS =
      List.of("\\Seen", "\\Flagged", "\\Answered", "\\Deleted", "\\Draft", "one", "two", "$Three");
  private static final List<String> ITEMS =
      List.of(
          "UID",
          "FLAGS",
          "(UID FLAGS)",
          "(UID RFC822.SIZE INTERNALDATE)",
          "(FLAGS UID BODY.PEEK[])",
          "BODY[TEXT]",
          "(UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])");

  private final Supplier<Peer> connect;
  private final String login;
  private final String password;
  private final long seed;
  private final SharedFacts facts = new SharedFacts();
  private final List<ModelClient> clients = new ArrayList<>();
  private boolean alone;
  private int appended;

  /**
   * A workload.
   *
   * @param connect a new connection, the greeting not yet read
   */
  public ImapWorkload(Supplier<Peer> connect, String login, String password, long seed) {
    this.connect = connect;
    this.login = login;
    this.password = password;
    this.seed = seed;
  }

  /** One command after the other, of sessions by chance: what fails, fails again. */
  public void inTurns(int sessions, int steps) {
    guarded(
        () -> {
          alone = true;
          open(sessions);
          Random random = new Random(seed);
          for (int i = 1; i <= steps; i++) {
            step(clients.get(random.nextInt(sessions)), random);
            if (i % CHECKPOINT == 0) {
              converge();
            }
          }
          return converge();
        });
  }

  /** All sessions at the same time. */
  public void atOnce(int sessions, int steps) {
    guarded(
        () -> {
          open(sessions);
          ExecutorService threads = Executors.newFixedThreadPool(sessions);
          try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < sessions; i++) {
              ModelClient client = clients.get(i);
              Random random = new Random(seed + i);
              running.add(threads.submit(() -> manySteps(client, random, steps)));
            }
            for (Future<?> each : running) {
              each.get(120, TimeUnit.SECONDS);
            }
          } finally {
            threads.shutdownNow();
          }
          return converge();
        });
  }

  private void manySteps(ModelClient client, Random random, int steps) {
    for (int i = 0; i < steps; i++) {
      step(client, random);
    }
  }

  private void guarded(Callable<?> work) {
    try {
      work.call();
    } catch (ExecutionException e) {
      throw new AssertionError("seed " + seed + ": " + e.getCause().getMessage(), e.getCause());
    } catch (Exception | AssertionError e) {
      throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
    } finally {
      clients.forEach(ModelClient::close);
    }
  }

  private void open(int sessions) {
    for (int i = 0; i < sessions; i++) {
      ModelClient client = new ModelClient(connect.get(), "s" + i, facts, login, password, alone);
      client.select(MAILBOX, false);
      clients.add(client);
    }
  }

  /**
   * All sessions hear what is new, and must then know the same; so must one that has just come.
   *
   * @return flags by UID
   */
  private Map<Long, Set<String>> converge() {
    Map<Long, Set<String>> truth = null;
    for (ModelClient client : clients) {
      if (client.isIdle()) {
        client.endIdle();
      }
    }
    try (ModelClient fresh =
        new ModelClient(connect.get(), "fresh", facts, login, password, true)) {
      fresh.select(MAILBOX, true);
      fresh.command("FETCH 1:* (UID FLAGS)", Rule.NUMBERS);
      truth = fresh.mailbox().flagsByUid();
    }
    for (ModelClient client : clients) {
      client.command("NOOP", Rule.FREE);
      client.command("UID SEARCH ALL", Rule.UID_SEARCH_ALL);
      if (!client.mailbox().uids().equals(List.copyOf(truth.keySet()))) {
        throw new AssertionError(
            "sessions know different messages: " + client.mailbox().uids() + ", " + truth.keySet());
      }
      Map<Long, Set<String>> believed = client.mailbox().flagsByUid();
      for (Map.Entry<Long, Set<String>> entry : believed.entrySet()) {
        if (!truth.get(entry.getKey()).equals(entry.getValue())) {
          throw new AssertionError(
              "flags of UID %s: believed %s, are %s"
                  .formatted(entry.getKey(), entry.getValue(), truth.get(entry.getKey())));
        }
      }
    }
    return truth;
  }

  private void step(ModelClient client, Random random) {
    if (client.isIdle()) {
      client.endIdle();
    }
    int size = client.mailbox().size();
    if (size > MANY && !client.mailbox().isReadOnly()) {
      client.command("STORE 1:" + size / 2 + " +FLAGS.SILENT (\\Deleted)", Rule.NUMBERS);
      client.command("EXPUNGE", Rule.FREE);
      return;
    }
    switch (random.nextInt(22)) {
      case 0 -> client.select(MAILBOX, random.nextInt(4) == 0);
      case 1, 2, 3 ->
          ifAny(
              size,
              client,
              "FETCH " + numbers(size, random) + " " + of(ITEMS, random),
              Rule.NUMBERS);
      case 4, 5 ->
          client.command("UID FETCH " + uids(client, random) + " " + of(ITEMS, random), Rule.FREE);
      case 6, 7, 8 ->
          ifAny(
              size, client, "STORE " + numbers(size, random) + " " + change(random), Rule.NUMBERS);
      case 9 ->
          client.command("UID STORE " + uids(client, random) + " " + change(random), Rule.FREE);
      case 10 ->
          ifAny(size, client, "COPY " + numbers(size, random) + " " + target(random), Rule.FREE);
      case 11 -> move(client, random);
      case 12 -> client.command("EXPUNGE", Rule.FREE);
      case 13 -> client.command("UID EXPUNGE " + uids(client, random), Rule.FREE);
      case 14, 15 -> append(client, random);
      case 16 -> client.command(random.nextBoolean() ? "NOOP" : "CHECK", Rule.FREE);
      case 17 -> search(client, random);
      case 18 -> client.beginIdle();
      case 19 -> client.command("STATUS " + MAILBOX + " (MESSAGES RECENT UIDNEXT)", Rule.NUMBERS);
      case 20 -> pipeline(client, size, random);
      default -> {
        client.command(random.nextBoolean() ? "CLOSE" : "UNSELECT", Rule.NUMBERS);
        client.select(MAILBOX, false);
      }
    }
  }

  private static void ifAny(int size, ModelClient client, String command, Rule rule) {
    if (size > 0) {
      client.command(command, rule);
    }
  }

  private static void move(ModelClient client, Random random) {
    if (!client.mailbox().isReadOnly()) {
      client.command("UID MOVE " + uids(client, random) + " " + target(random), Rule.FREE);
    }
  }

  private static void search(ModelClient client, Random random) {
    switch (random.nextInt(5)) {
      case 0 -> client.command("SEARCH ALL", Rule.SEARCH_ALL);
      case 1 -> client.command("UID SEARCH ALL", Rule.UID_SEARCH_ALL);
      case 2 -> client.command("SEARCH OR FLAGGED KEYWORD one", Rule.SEARCH);
      case 3 -> client.command("UID SEARCH NOT DELETED TEXT 7", Rule.UID_SEARCH);
      default -> client.command("SEARCH RECENT BODY body", Rule.SEARCH);
    }
  }

  /** Numbers that wait behind another command mean what they meant when they were sent. */
  private static void pipeline(ModelClient client, int size, Random random) {
    if (size == 0) {
      return;
    }
    int number = 1 + random.nextInt(size);
    long uid = client.mailbox().uid(number);
    List<String> tags =
        client.sendAll(
            List.of(
                random.nextBoolean() ? "NOOP" : "UID FETCH 1:* (FLAGS)",
                "FETCH " + number + " (UID)",
                "STORE " + number + " +FLAGS (two)",
                "NOOP"));
    client.complete(tags.get(0), Rule.NUMBERS);
    client.complete(tags.get(1), Rule.NUMBERS);
    if (uid > 0 && client.mailbox().uid(number) != uid) {
      throw new AssertionError("number " + number + " came to mean another message");
    }
    client.complete(tags.get(2), Rule.NUMBERS);
    client.complete(tags.get(3), Rule.FREE);
  }

  private void append(ModelClient client, Random random) {
    StringBuilder command = new StringBuilder("APPEND ");
    command.append(random.nextInt(5) == 0 ? ELSEWHERE : MAILBOX);
    for (int i = 0; i <= random.nextInt(3); i++) {
      String message = "Subject: m" + next() + "\r\n\r\nbody " + random.nextInt(100_000) + "\r\n";
      command.append(random.nextBoolean() ? " (" + of(FLAGS, random) + ")" : "");
      command.append(" {").append(message.length()).append("+}\r\n").append(message);
    }
    client.command(command.toString(), Rule.FREE);
  }

  private synchronized int next() {
    return ++appended;
  }

  private static String change(Random random) {
    return (random.nextInt(3) == 0 ? "-" : "+")
        + (random.nextBoolean() ? "FLAGS (" : "FLAGS.SILENT (")
        + (random.nextBoolean() ? of(FLAGS, random) : "\\Seen two")
        + ")";
  }

  private static String target(Random random) {
    return random.nextBoolean() ? MAILBOX : ELSEWHERE;
  }

  private static String numbers(int size, Random random) {
    if (size == 0) {
      return "1:*";
    }
    int one = 1 + random.nextInt(size);
    return switch (random.nextInt(5)) {
      case 0 -> "1:*";
      case 1 -> "*";
      case 2 -> one + ":" + (1 + random.nextInt(size));
      case 3 -> one + "," + (1 + random.nextInt(size));
      default -> Integer.toString(one);
    };
  }

  private static String uids(ModelClient client, Random random) {
    List<Long> known = client.mailbox().uids();
    if (known.isEmpty()) {
      return "1:*";
    }
    long one = known.get(random.nextInt(known.size()));
    return switch (random.nextInt(5)) {
      case 0 -> "1:*";
      case 1 -> one + ":*";
      case 2 -> one + ":" + known.get(random.nextInt(known.size()));
      default -> Long.toString(one);
    };
  }

  private static <T> T of(List<T> list, Random random) {
    return list.get(random.nextInt(list.size()));
  }
}
