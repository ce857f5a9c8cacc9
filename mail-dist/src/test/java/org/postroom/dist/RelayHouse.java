package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.testing.WallClock;
import org.postroom.core.time.VirtualTime;
import org.postroom.storage.Storage;

/** A server that passes mail on, with its own time, its own names and ada@example.org in it. */
final class RelayHouse implements AutoCloseable {
  private static final Duration LEASE = Duration.ofMinutes(15);

  static final String ADA = "ada@example.org";

  /** Somebody elsewhere. */
  static final String BOB = "bob@example.net";

  static final String MESSAGE = "Subject: hello\r\n\r\nhello\r\n";

  private static final Instant START = Instant.parse("2026-11-24T15:00:00Z");

  final VirtualTime time;

  /** What the server takes for the date; it goes by the time, until it is set. */
  final WallClock wall;

  private final Map<String, String> settings = new LinkedHashMap<>();
  private final List<String> accounts = new ArrayList<>(List.of(ADA));
  private Storage storage = Storage.inMemory();
  private Resolver zone = ZoneResolver.of();
  private MailServer server;
  private RelayHop relayhost;

  RelayHouse() {
    this(VirtualTime.startingAt(START));
  }

  /**
   * A house in which something waits for the clock, which that patience finds out; see {@link
   * VirtualTime}.
   */
  static RelayHouse impatient() {
    return new RelayHouse(VirtualTime.startingAt(START, Duration.ofMillis(100)));
  }

  private RelayHouse(VirtualTime time) {
    this.time = time;
    this.wall = new WallClock(time);
    set("virtual_mailbox_domains", "example.org");
    set("mynetworks", "127.0.0.0/8");
    set("transport_retry_time", "1s");
  }

  RelayHouse set(String name, String value) {
    settings.put(name, value);
    return this;
  }

  /** Has all mail for elsewhere go to a hop, which ends with the house. */
  RelayHop relayhost() {
    relayhost = RelayHop.open(time);
    set("relayhost", relayhost.name());
    return relayhost;
  }

  RelayHouse storage(Storage where) {
    storage = where;
    return this;
  }

  /** One more account, beside ada's. */
  RelayHouse account(String login) {
    accounts.add(login);
    return this;
  }

  RelayHouse zone(String... lines) {
    zone = ZoneResolver.of(lines);
    return this;
  }

  /** Looks up names by this one. */
  RelayHouse resolver(Resolver names) {
    zone = names;
    return this;
  }

  RelayHouse start() {
    ServerBuilder builder =
        TestServer.builder()
            .hostname("mail.example.org")
            .storage(storage)
            .listen(Role.MX, 0)
            .resolver(zone)
            .time(wall, time);
    settings.forEach(builder::set);
    if (!settings.containsKey("inet_interfaces")) {
      builder.bind(InetAddress.getLoopbackAddress());
    }
    accounts.forEach(login -> builder.account(login, "correct horse"));
    server = builder.start();
    return this;
  }

  MailServer server() {
    return server;
  }

  SmtpDialogue dialogue() throws Exception {
    return SmtpDialogue.open(server.address(Role.MX));
  }

  /** Hands over a mail from ada and sees it accepted. */
  void send(String to, String message) throws Exception {
    send("<" + ADA + ">", List.of("<" + to + ">"), message.getBytes(UTF_8));
  }

  /** Hands over a mail; paths are written with their brackets and whatever follows them. */
  void send(String from, List<String> to, byte[] message) throws Exception {
    try (SmtpDialogue dialogue = dialogue()) {
      expect("250", dialogue.say("MAIL FROM:" + from));
      for (String recipient : to) {
        expect("250", dialogue.say("RCPT TO:" + recipient));
      }
      expect("354", dialogue.say("DATA"));
      expect("250", dialogue.content(out -> out.write(message)));
    }
  }

  private static void expect(String code, String reply) {
    if (!reply.startsWith(code)) {
      throw new AssertionError("expected " + code + ", heard " + reply);
    }
  }

  /** All recipients in the queue. */
  List<QueuedRecipient> queued() {
    return server.inside().queue().list(10_000).stream()
        .flatMap(m -> m.recipients().stream())
        .toList();
  }

  /** The queue's one recipient with this address. */
  QueuedRecipient queued(String address) {
    return queued().stream()
        .filter(r -> r.recipient().address().toString().equals(address))
        .findFirst()
        .orElseThrow(() -> new AssertionError(address + " is not queued: " + queued()));
  }

  /** Waits until an attempt at each recipient in the queue has failed this often. */
  void awaitAttempts(int attempts) {
    until(() -> haveBeenTried(attempts));
  }

  void awaitEmptyQueue() {
    until(() -> server.inside().queue().size() == 0);
  }

  /** Goes from one time when something in the queue is due to the next, until all has left. */
  void retryUntilEmpty() {
    for (int i = 0; i < 50 && server.inside().queue().size() > 0; i++) {
      Duration wait =
          Duration.between(
              time.instant(), server.inside().queue().nextDue().orElse(time.instant()));
      Duration rest = Duration.ofSeconds(i > 0 ? 2 : 0); // of a destination that did not answer
      time.advance(wait.compareTo(rest) > 0 ? wait : rest);
      long now = System.nanoTime();
      long end = now + Duration.ofMillis(200).toNanos();
      long atLast = now + Duration.ofSeconds(20).toNanos();
      // Time must not run on under an attempt: it would be late, and be made again.
      while (server.inside().queue().size() > 0
          && (System.nanoTime() < end || isUnderWay() && System.nanoTime() < atLast)) {
        LockSupport.parkNanos(2_000_000);
      }
    }
    awaitEmptyQueue();
  }

  /** Whether the next that can be leased is leased now: its lease, of a quarter hour, must end. */
  private boolean isUnderWay() {
    Duration left =
        Duration.between(time.instant(), server.inside().queue().nextDue().orElse(time.instant()));
    return left.compareTo(Duration.ofMinutes(14)) > 0 && left.compareTo(LEASE) <= 0;
  }

  /**
   * Lets {@code limit} pass, again while the other side's time limit had not begun yet, until each
   * recipient in the queue has been tried this often.
   */
  void passUntilAttempts(Duration limit, int attempts) {
    for (int i = 0; i < 50 && !haveBeenTried(attempts); i++) {
      time.advance(limit);
      long end = System.nanoTime() + Duration.ofMillis(200).toNanos();
      while (!haveBeenTried(attempts) && System.nanoTime() < end) {
        LockSupport.parkNanos(2_000_000);
      }
    }
    awaitAttempts(attempts);
  }

  private boolean haveBeenTried(int attempts) {
    return !queued().isEmpty() && queued().stream().allMatch(r -> r.attempts() == attempts);
  }

  /** Waits until it is so, without time passing in the house; what is due there happens. */
  void until(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("It did not come to that; the queue is " + queued());
      }
      time.advance(Duration.ZERO);
      LockSupport.parkNanos(2_000_000);
    }
  }

  /** What lies in ada's INBOX, oldest first. */
  List<String> inbox() {
    return inbox(ADA);
  }

  /** What lies in somebody's INBOX, oldest first. */
  List<String> inbox(String login) {
    // What has left the queue is seen there a moment before it is synced and seen in mailboxes:
    // a unit of work of our own comes behind all that.
    server.inside().queue().settle(List.of(), List.of());
    return Inbox.of(server, login);
  }

  /** Waits for ada's INBOX to have so many messages. */
  List<String> awaitInbox(int count) {
    until(() -> inbox().size() >= count);
    return inbox();
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    if (relayhost != null) {
      relayhost.close();
    }
  }
}
