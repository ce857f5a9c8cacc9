package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.testing.Until;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.QueueChanges;
import org.postroom.dist.operation.QueueChanges.Chosen;
import org.postroom.dist.operation.QueueChanges.Done;
import org.postroom.dist.operation.QueueChoice;
import org.postroom.dist.operation.QueueOperations;
import org.postroom.dist.operation.QueueOperations.Asked;
import org.postroom.dist.operation.QueueOperations.WaitingMail;
import org.postroom.storage.Storage;

/**
 * Mail that a table has held waits, over a restart too, until somebody lets it go or deletes it.
 */
@Timeout(120)
final class HeldMailTest {
  private static final String ADA = "ada@example.test";

  @TempDir private Path folder;

  private MailServer server;

  @BeforeEach
  void start() {
    server =
        MailServer.builder()
            .hostname("mx.example.test")
            .domains("example.test")
            .set("smtpd_sender_restrictions", "check_sender_access inline:{wait.test=HOLD}")
            .storage(Storage.h2(folder))
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.MX, 0)
            .account(ADA, "correct horse")
            .start();
  }

  @AfterEach
  void close() {
    server.close();
  }

  private void send(String sender, String subject) throws IOException {
    byte[] mail = ("Subject: " + subject + "\r\n\r\n").getBytes(US_ASCII);
    try (SmtpDialogue client = SmtpDialogue.open(server.address(Role.MX))) {
      assertThat(client.send(sender, ADA, mail)).startsWith("250 ");
    }
  }

  private List<String> held() {
    return QueueOperations.LIST.perform(new ServerDesk(server), Asked.HELD).mails().stream()
        .map(WaitingMail::id)
        .toList();
  }

  private List<String> ask(Operation<Chosen, Done> operation, String... ids) {
    return answer(operation, ids).ids();
  }

  private Done answer(Operation<Chosen, Done> operation, String... ids) {
    return operation.perform(new ServerDesk(server), new Chosen(QueueChoice.of(List.of(ids))));
  }

  private int inbox() {
    AccountId ada = server.inside().accounts().byLogin(ADA).orElseThrow().id();
    AtomicInteger count = new AtomicInteger();
    server
        .inside()
        .mail()
        .find(ada, MailboxName.INBOX)
        .ifPresent(
            box ->
                server
                    .inside()
                    .mail()
                    .read(
                        box.id(),
                        UidSet.range(1, 0xFFFF_FFFFL),
                        Set.of(),
                        message -> count.incrementAndGet()));
    return count.get();
  }

  @Test
  void waitsUntilItIsLetGoOrDeleted() throws IOException {
    send("x@wait.test", "one");
    send("x@wait.test", "two");
    send("x@wait.test", "three");
    send("x@far.test", "four");
    List<String> ids = held();
    assertThat(ids).hasSize(3);
    assertThat(inbox()).isEqualTo(1);

    server.close();
    start();
    assertThat(held()).isEqualTo(ids);

    assertThat(ask(QueueChanges.RELEASE, ids.get(1))).containsExactly(ids.get(1));
    Until.so(() -> inbox() == 2);
    Done deleted = answer(QueueChanges.DELETE, ids.get(0), ids.get(1), "no id");
    assertThat(deleted.ids()).containsExactly(ids.get(0));
    assertThat(deleted.recipients()).isEqualTo(1);
    assertThat(deleted.missing()).containsExactly(ids.get(1), "no id");
    assertThat(ask(QueueChanges.DELETE, "ALL", "ALL")).containsExactly(ids.get(2));
    assertThat(ask(QueueChanges.DELETE, "ALL")).isEmpty();
    assertThatThrownBy(() -> ask(QueueChanges.DELETE))
        .isInstanceOf(OperationRefused.class)
        .hasMessageContaining("ALL means every one");
    assertThat(held()).isEmpty();
    assertThat(server.inside().queue().size()).isZero();
    assertThat(inbox()).isEqualTo(2);
  }
}
