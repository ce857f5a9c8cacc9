package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.life.Lifeline;
import org.postroom.core.testing.FreePorts;
import org.postroom.storage.Storage;

/** What an embedded server does when a part has died: it ends itself, and nobody else. */
@Timeout(120)
final class DeathTest {
  private final OutOfMemoryError cause = new OutOfMemoryError("as a test has it");

  @TempDir private Path folder;

  private ServerBuilder server(int port) {
    return MailServer.builder()
        .hostname("mail.example.org")
        .domains("example.org")
        .storage(Storage.h2(folder))
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, port);
  }

  @Test
  void closesItselfAndThenTellsItsOwnerWhoMayStartAnother() throws Exception {
    CompletableFuture<MailServer> another = new CompletableFuture<>();
    AtomicReference<Lifeline.Death> told = new AtomicReference<>();
    AtomicReference<MailServer> first = new AtomicReference<>();
    int port = FreePorts.take(); // another would be a client's as soon as it is left
    first.set(
        server(port)
            .account("ada@example.org", "correct horse")
            .onDeath(
                death -> {
                  told.set(death);
                  first.get().close(); // has nothing to do any more, and waits for nobody
                  another.complete(server(port).start());
                })
            .start());

    first.get().inside().lifeline().died("committer", cause);

    try (MailServer second = another.get(60, TimeUnit.SECONDS)) {
      assertThat(told.get()).isEqualTo(new Lifeline.Death("committer", cause));
      assertThat(second.inside().accounts().byLogin("ada@example.org")).isPresent();
    }
  }

  /** Whose listener it was does not matter: there was no memory. */
  @Test
  void isToldOfByWhoWatchesAMailbox() throws Exception {
    CompletableFuture<Lifeline.Death> told = new CompletableFuture<>();
    try (MailServer server =
        server(0).account("ada@example.org", "correct horse").onDeath(told::complete).start()) {
      server
          .mailboxes("ada@example.org")
          .inbox()
          .watch(
              inbox -> {
                throw new OutOfMemoryError("as if");
              });
      server.deliver(
          "ada@example.org", "INBOX", new ByteArrayInputStream("\r\n".getBytes(US_ASCII)));

      assertThat(told.get(60, TimeUnit.SECONDS).cause()).hasMessage("as if");
    }
  }

  @Test
  void tellsNobodyOfAnOrderlyEnd() throws Exception {
    CompletableFuture<Lifeline.Death> told = new CompletableFuture<>();
    MailServer server = server(0).onDeath(told::complete).start();

    server.close();
    server.inside().lifeline().died("event loop", cause);

    assertThat(told).isNotDone();
  }

  @Test
  void leavesItToTheProcessWhereThatHasALifeline() throws Exception {
    Lifeline process = new Lifeline();
    CompletableFuture<Lifeline.Death> told = new CompletableFuture<>();
    process.onDeath(told::complete);
    ServerBuilder builder = server(0);
    builder.inside().lifeline(process);
    try (MailServer server = builder.start()) {
      server.inside().lifeline().died("committer", cause);

      assertThat(told).isCompletedWithValue(new Lifeline.Death("committer", cause));
      assertThat(server.inside().accounts().list()).isEmpty(); // it is as it was
    }
  }
}
