package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.Transport.Report;
import org.postroom.core.filter.Finding;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mail.Envelope;
import org.postroom.core.testing.Until;
import org.postroom.dist.mailbox.Watch;
import org.postroom.dist.operation.Operation.Nothing;
import org.postroom.dist.operation.ReloadOperation;
import org.postroom.storage.Storage;

/**
 * A server is closed by what it calls. Whoever is called goes on at once, and when he has returned
 * the server ends: in this order, because the other way round one waits for the other.
 */
@Timeout(60)
@Tag("seconds")
final class ClosedFromWithinTest {
  private static final String ADA = "ada@example.org";
  private static final byte[] MAIL = "Subject: x\r\n\r\nbody\r\n".getBytes(US_ASCII);
  private static final DeliveryResult DELIVERED =
      new DeliveryResult.Delivered("far.test", "2.0.0", "250 2.0.0 Ok", true);
  private static final DeliveryResult DEFERRED =
      new DeliveryResult.Deferred("far.test", "4.2.1", "450 4.2.1 busy");
  private static final DeliveryResult BOUNCED =
      new DeliveryResult.Bounced("far.test", "5.1.1", "550 5.1.1 nobody");

  private final List<String> events = new CopyOnWriteArrayList<>();
  private final AtomicReference<MailServer> server = new AtomicReference<>();
  private final AtomicBoolean called = new AtomicBoolean();
  private volatile DeliveryResult result = DELIVERED;

  @TempDir private Path folder;

  private ServerBuilder described() {
    return TestServer.builder()
        .hostname("mail.example.org")
        .domains("example.org")
        .storage(Storage.h2(folder))
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .listen(Role.IMAP, 0)
        .set("disable_plaintext_auth", "no")
        .account(ADA, Site.PASSWORD)
        .transport(
            "smtp", (mail, hop) -> CompletableFuture.completedFuture(Report.all(mail, result)))
        .onStopped(end -> events.add("ended " + end.death()));
  }

  /** What closes the server when it is called, the first time. */
  private void close() {
    if (called.compareAndSet(false, true)) {
      Until.so(() -> server.get() != null);
      server.get().close();
      server.get().close(); // safe to repeat
      // Nothing has been taken away from under whoever is called.
      events.add(server.get().users().list().size() + " here");
    }
  }

  /** One way for a server to call the application. */
  private interface Kind extends BiConsumer<ServerBuilder, Runnable> {}

  /** What makes it do so. */
  private interface Trigger {
    void pull(MailServer server, ServerBuilder described) throws Exception;
  }

  private static void receive(MailServer server, ServerBuilder described) throws Exception {
    try (SmtpDialogue client = SmtpDialogue.open(server.address(Role.MX).getPort())) {
      assertThat(client.send("eve@far.test", ADA, MAIL)).startsWith("250 ");
      String next;
      do {
        next = client.say("NOOP");
      } while (next.startsWith("250 ")); // the server has not begun to end yet
      assertThat(next).startsWith("421 4.3.2 ");
    }
  }

  private static void submit(MailServer server, ServerBuilder described) {
    server.submit(Envelope.parse(ADA, ADA), MAIL).orThrow();
  }

  private static void send(MailServer server, ServerBuilder described) {
    server.submit(Envelope.parse(ADA, "bob@far.test"), MAIL).orThrow();
  }

  private static void appendByImap(MailServer server, ServerBuilder described) throws Exception {
    try (ImapDialogue client = ImapDialogue.open(server.address(Role.IMAP).getPort(), ADA)) {
      assertThat(client.append("INBOX", MAIL)).startsWith("OK [APPENDUID ");
    }
  }

  private static void append(MailServer server) {
    server.deliver(ADA, "INBOX", new ByteArrayInputStream(MAIL));
  }

  private static Arguments kind(String name, Kind kind, Trigger trigger) {
    return Arguments.of(name, kind, trigger);
  }

  static Stream<Arguments> kinds() {
    return Stream.of(
        kind(
            "onAccepted of a client",
            (builder, close) -> builder.onAccepted(mail -> close.run()),
            ClosedFromWithinTest::receive),
        kind(
            "onAccepted of the application",
            (builder, close) -> builder.onAccepted(mail -> close.run()),
            ClosedFromWithinTest::submit),
        kind(
            "onAppended of a client",
            (builder, close) -> builder.onAppended(messages -> close.run()),
            ClosedFromWithinTest::appendByImap),
        kind(
            "onDelivered",
            (builder, close) -> builder.onDelivered(one -> close.run()),
            ClosedFromWithinTest::send),
        kind(
            "onReload by an operation",
            (builder, close) -> builder.onReload(settings -> close.run()),
            (server, described) -> described.inside().ask(ReloadOperation.RELOAD, new Nothing())),
        kind(
            "filter",
            (builder, close) ->
                builder.filter(
                    "closing",
                    mail -> {
                      close.run();
                      return Finding.NOTHING;
                    }),
            ClosedFromWithinTest::receive),
        kind(
            "table",
            (builder, close) ->
                builder
                    .table(
                        "closing",
                        key -> {
                          close.run();
                          return Optional.empty();
                        })
                    .set("recipient_canonical_maps", "program:closing"),
            ClosedFromWithinTest::submit),
        kind(
            "transport",
            (builder, close) ->
                builder.transport(
                    "smtp",
                    (mail, hop) -> {
                      close.run();
                      return CompletableFuture.completedFuture(Report.all(mail, DELIVERED));
                    }),
            ClosedFromWithinTest::send),
        kind("watch", (builder, close) -> {}, (server, described) -> {}));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void goesOnAndThenTheServerEnds(String name, Kind kind, Trigger trigger) throws Exception {
    ServerBuilder described = described();
    kind.accept(described, this::close);
    MailServer one = described.start();
    server.set(one);
    if (name.equals("watch")) {
      Watch unused = one.mailboxes(ADA).inbox().watch(inbox -> close());
      append(one);
    }

    trigger.pull(one, described);

    assertEndsInOrder();
  }

  /** And all is closed: another server has the folder and the port. */
  private void assertEndsInOrder() {
    Until.so(() -> events.size() == 2);
    assertThat(events).containsExactly("1 here", "ended Optional.empty");
    try (MailServer next = described().listen(Role.MX, port()).start()) {
      assertThat(next.inside().accounts().byLogin(ADA)).isPresent();
    }
  }

  private int port() {
    return server.get().address(Role.MX).getPort();
  }

  @Test
  void onDelayed() {
    result = DEFERRED;
    ServerBuilder described = described().onDelayed(one -> close());
    server.set(described.start());

    send(server.get(), described);

    assertEndsInOrder();
  }

  @Test
  void onBounced() {
    result = BOUNCED;
    ServerBuilder described = described().onBounced(one -> close());
    server.set(described.start());

    send(server.get(), described);

    assertEndsInOrder();
  }

  /** These are called on the application's own threads, for which nothing waits. */
  @Test
  void byTheApplicationsOwnThreadsItHasEndedWhenCloseReturns() {
    AtomicReference<MailServer> one = new AtomicReference<>();
    for (String kind : List.of("append", "reload")) {
      events.clear();
      ServerBuilder described =
          described()
              .onAppended(messages -> one.get().close())
              .onReload(settings -> one.get().close());
      one.set(described.start());

      if (kind.equals("append")) {
        append(one.get());
      } else {
        one.get().reload();
      }

      assertThat(events).containsExactly("ended Optional.empty");
    }
  }

  @Test
  void theListenerForTheEndAndThatForADeathHaveNothingToDo() {
    Lifeline.Death death = new Lifeline.Death("committer", new OutOfMemoryError("of a test"));
    MailServer one =
        described()
            .onStopped(
                end -> {
                  server.get().close();
                  events.add("ended " + end.death().isPresent());
                  throw new IllegalStateException("of a listener");
                })
            .onDeath(
                of -> {
                  server.get().close();
                  events.add("dead " + of.equals(death));
                })
            .start();
    server.set(one);

    one.inside().lifeline().died(death.part(), death.cause());

    Until.so(() -> events.size() == 2);
    assertThat(events).containsExactly("ended true", "dead true");
  }

  @Test
  void theOwnerIsToldOnceAndWhoeverClosesItBesideHimWaitsForTheEnd() throws Exception {
    MailServer one = described().onAccepted(mail -> close()).start();
    server.set(one);

    submit(one, described());
    one.close(); // waits for what the listener has begun

    try (MailServer next = described().onStopped(end -> {}).listen(Role.MX, port()).start()) {
      assertThat(next.inside().accounts().byLogin(ADA)).isPresent();
    }
    Until.so(() -> events.size() == 2);
    one.close();
    assertThat(events).containsExactly("1 here", "ended Optional.empty");
  }

  @Test
  void aStartThatFailsIsNoEnd() {
    try (MailServer first = described().start()) {
      ServerBuilder second = described();

      assertThat(catchThrowable(second::start)).isNotNull();

      assertThat(events).isEmpty();
      assertThat(first.inside().accounts().list()).hasSize(1);
    }
  }
}
