package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.Transport.Report;
import org.postroom.core.mail.Envelope;
import org.postroom.core.testing.Until;
import org.postroom.storage.Storage;

/** A server works on threads of the application that it is part of. */
@Timeout(120)
@Tag("seconds")
final class WorkersOfTheApplicationTest {
  private static final String ADA = "ada@example.org";
  private static final byte[] MAIL = "Subject: x\r\n\r\nbody\r\n".getBytes(US_ASCII);

  private final ExecutorService threads =
      Executors.newCachedThreadPool(task -> new Thread(task, "application"));
  private final Set<String> called = ConcurrentHashMap.newKeySet();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private volatile boolean refuses;

  @TempDir private Path folder;

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  /** Refuses while the test has it so. */
  private void grudgingly(Runnable task) {
    if (refuses) {
      throw new RejectedExecutionException("as a test has it");
    }
    threads.execute(task);
  }

  private ServerBuilder described(Executor workers) {
    return TestServer.builder()
        .hostname("mail.example.org")
        .domains("example.org")
        .storage(Storage.h2(folder.resolve("data")))
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .listen(Role.IMAP, 0)
        .listen(Role.POP3, 0)
        .set("disable_plaintext_auth", "no")
        .account(ADA, Site.PASSWORD)
        .workers(workers)
        .transport("smtp", (mail, hop) -> CompletableFuture.completedFuture(left(mail)))
        .onAccepted(mail -> called.add(Thread.currentThread().getName()))
        .onDelivered(
            one -> {
              called.add(Thread.currentThread().getName());
              heard.add(one.recipient().address().toString());
            });
  }

  private static List<Report> left(QueuedMail mail) {
    return Report.all(
        mail, new DeliveryResult.Delivered("far.test", "2.0.0", "250 2.0.0 Ok", true));
  }

  private static SmtpDialogue smtp(MailServer server) throws IOException {
    return SmtpDialogue.open(server.address(Role.MX).getPort());
  }

  private static ImapDialogue imap(MailServer server) throws IOException {
    return ImapDialogue.open(server.address(Role.IMAP).getPort(), ADA);
  }

  private static Pop3Dialogue pop3(MailServer server) throws IOException {
    return Pop3Dialogue.open(server.address(Role.POP3).getPort(), ADA);
  }

  @Test
  void worksOnThemAndLeavesThemToTheirOwner() throws Exception {
    try (MailServer server = described(threads).start()) {
      try (SmtpDialogue client = smtp(server)) {
        assertThat(client.send("eve@far.test", ADA, MAIL)).startsWith("250 ");
      }
      server.submit(Envelope.parse(ADA, "bob@far.test"), MAIL).orThrow();
      Until.so(() -> heard.size() == 1);
      try (ImapDialogue client = imap(server)) {
        assertThat(client.append("INBOX", MAIL)).startsWith("OK ");
      }
      try (Pop3Dialogue client = pop3(server)) {
        assertThat(client.ok("STAT")).contains("2 ");
      }

      assertThat(called)
          .as("threads of the application, and the one that has handed in a mail")
          .containsExactlyInAnyOrder("application", Thread.currentThread().getName());
    }

    assertThat(threads.submit(() -> !Thread.currentThread().isInterrupted()).get()).isTrue();
  }

  @Test
  void whatTheyRefuseIsRefusedToTheClientForNow() throws Exception {
    try (MailServer server = described(this::grudgingly).start();
        SmtpDialogue receiving = smtp(server);
        SmtpDialogue greeted = smtp(server);
        ImapDialogue imap = imap(server);
        Pop3Dialogue pop3 = readingMail(server)) {
      assertThat(receiving.say("MAIL FROM:<eve@far.test>")).startsWith("250 ");
      assertThat(receiving.say("RCPT TO:<" + ADA + ">")).startsWith("250 ");
      assertThat(receiving.say("DATA")).startsWith("354 ");

      refuses = true;

      assertThat(receiving.content(out -> out.write(MAIL))).startsWith("421 ");
      assertThat(greeted.send("eve@far.test", ADA, MAIL)).startsWith("421 ");
      assertThat(imap.sayForOneLine("SELECT INBOX")).startsWith("* BYE ");
      assertThatThrownBy(() -> pop3.ok("RETR 1")).hasMessageContaining("-ERR [SYS/TEMP] ");

      refuses = false;

      assertThat(Inbox.of(server, ADA)).hasSize(1);
      try (SmtpDialogue client = smtp(server)) {
        assertThat(client.send("eve@far.test", ADA, MAIL)).startsWith("250 ");
      }
      assertThat(Inbox.of(server, ADA)).hasSize(2);
    }
  }

  private static Pop3Dialogue readingMail(MailServer server) throws IOException {
    server.submit(Envelope.parse(ADA, ADA), MAIL).orThrow();
    Pop3Dialogue client = pop3(server);
    client.ok("STAT");
    return client;
  }

  /** They may be gone before the server is: an application ends in whatever order it likes. */
  @Test
  void theServerEndsInGoodOrderWithoutThem() throws Exception {
    MailServer server = described(threads).start();
    try (SmtpDialogue smtp = smtp(server);
        ImapDialogue imap = imap(server);
        Pop3Dialogue pop3 = readingMail(server)) {
      imap.ok("SELECT INBOX");
      threads.shutdownNow();

      server.close();

      assertThat(smtp.reply()).startsWith("421 4.3.2 ");
      assertThat(imap.line()).startsWith("* BYE [UNAVAILABLE] ");
      assertThat(pop3.line()).startsWith("-ERR [SYS/TEMP] Server shutting down");
    }
    try (MailServer next = described(task -> new Thread(task).start()).start()) {
      assertThat(Inbox.of(next, ADA)).hasSize(1);
    }
  }

  @Test
  void whatBelongsToNoClientIsDoneLater() {
    try (MailServer server = described(this::grudgingly).start()) {
      refuses = true;
      server.submit(Envelope.parse(ADA, "bob@far.test"), MAIL).orThrow();
      server.submit(Envelope.parse(ADA, "carol@far.test"), MAIL).orThrow();
      assertThat(heard).isEmpty();

      refuses = false;

      Until.so(() -> heard.size() == 2);
      assertThat(heard).containsExactlyInAnyOrder("bob@far.test", "carol@far.test");
    }
  }

  /** At no moment is there anybody waiting who will not be served, and nobody's mail is lost. */
  @Test
  void hasFewOfThemAndManyClients() throws Exception {
    try (Few few =
            new Few(
                4, // the least
                new ThreadPoolExecutor.CallerRunsPolicy());
        MailServer server = described(few).start()) {
      List<Future<Integer>> clients = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        clients.add(threads.submit(() -> taken(server, 20)));
      }
      int taken = 0;
      for (Future<Integer> client : clients) {
        taken += client.get();
      }

      assertThat(taken).isPositive();
      assertThat(Inbox.of(server, ADA)).hasSize(taken);
    }
  }

  /** A pool that ends with its block, on every JDK. */
  private static final class Few extends ThreadPoolExecutor implements AutoCloseable {
    Few(int most, RejectedExecutionHandler policy) {
      super(0, most, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), policy);
    }

    @Override
    public void close() {
      shutdownNow();
    }
  }

  /** How many of so many mails were answered 250; every other answer says "come again". */
  private int taken(MailServer server, int mails) throws IOException {
    int taken = 0;
    for (int i = 0; i < mails; i++) {
      try (SmtpDialogue client = smtp(server)) {
        String answer = client.send("eve@far.test", ADA, MAIL);
        assertThat(answer).containsPattern("^(250|421) ");
        taken += answer.startsWith("250") ? 1 : 0;
      } catch (EOFException e) {
        // Gone while nobody could say so: nothing was answered 250.
      }
    }
    return taken;
  }

  @Test
  void oneWithoutThreadsIsRefusedBeforeAnythingIsOpened() {
    assertThatThrownBy(() -> described(Runnable::run).start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("threads of its own");
    threads.shutdown();
    assertThatThrownBy(() -> described(threads).start())
        .isInstanceOf(RejectedExecutionException.class);

    assertThat(folder.resolve("data")).doesNotExist();
  }
}
