package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.Transport;
import org.postroom.core.filter.Finding;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mail.Recipient.Notify;
import org.postroom.core.queue.QueueControl.Position;
import org.postroom.core.queue.QueueControl.Section;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.restriction.Consequence;
import org.postroom.core.testing.Until;
import org.postroom.dist.submit.NotTaken;
import org.postroom.dist.submit.Submitted;
import org.postroom.dist.submit.Submitted.Outcome;
import org.postroom.dist.submit.Whom;
import org.postroom.storage.Storage;

/** An application hands mails in to the server that it has started. */
@Timeout(60)
@Tag("seconds")
final class SubmitTest {
  private static final String ADA = "ada@example.org";
  private static final String BOB = "bob@example.org";
  private static final byte[] MAIL = "Subject: x\r\n\r\nbody\r\n".getBytes(US_ASCII);

  /** What has left for other servers. */
  private final List<QueuedMail> sent = new CopyOnWriteArrayList<>();

  private ServerBuilder described() {
    return MailServer.builder()
        .hostname("mail.example.org")
        .domains("example.org")
        .storage(Storage.inMemory())
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .transport("smtp", (mail, nextHop) -> sent(mail))
        .account(ADA, "correct horse")
        .account(BOB, "correct horse");
  }

  private CompletableFuture<List<Transport.Report>> sent(QueuedMail mail) {
    sent.add(mail);
    return CompletableFuture.completedFuture(
        Transport.Report.all(
            mail, new DeliveryResult.Delivered("far.test", "2.0.0", "250 2.0.0 Ok", true)));
  }

  /** Cannot be read any further when so many octets have been. */
  private static class Dots extends InputStream {
    private long left;

    Dots(long left) {
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (left == 0) {
        throw new IOException("the disk of the application");
      }
      int count = (int) Math.min(length, left);
      Arrays.fill(target, offset, offset + count, (byte) '.');
      left -= count;
      return count;
    }
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  private static List<String> refusals(Submitted answer) {
    return answer.recipients().stream()
        .map(Outcome::refusal)
        .map(refusal -> refusal.map(Object::toString).orElse("taken"))
        .toList();
  }

  @Test
  void whatIsTakenIsInTheMailboxAndItsHeaderIsWhole() {
    try (MailServer server = described().start()) {
      Submitted answer =
          server.submit(
              Envelope.parse("shop@example.org", ADA),
              stream("Subject: one\nTo: ada\nBcc: eve@far.test\n\nfirst\r\nsec\rond\n.\nlast"));

      assertThat(answer).isInstanceOf(Submitted.Taken.class);
      assertThat(refusals(answer)).containsExactly("taken");
      assertThat(Inbox.of(server, ADA))
          .singleElement()
          .satisfies(
              mail ->
                  assertThat(mail)
                      .startsWith(
                          "Return-Path: <shop@example.org>\r\nDelivered-To: ada@example.org\r\n"
                              + "Received: by mail.example.org (Postroom) id "
                              + answer.orThrow()
                              + "\r\n\tfor <ada@example.org>;\r\n\t")
                      .containsPattern("\r\nDate: .*\r\nMessage-ID: <.*@mail.example.org>\r\n")
                      .contains(
                          "\r\nFrom: shop@example.org\r\n", "\r\nTo: ada@mail.example.org\r\n")
                      .doesNotContain("Bcc:")
                      .endsWith("\r\n\r\nfirst\r\nsec ond\r\n.\r\nlast\r\n"));
    }
  }

  @Test
  void whatIsForElsewhereIsQueuedWithAllThatItsEnvelopeSays() {
    try (MailServer server = described().start()) {
      Address far = Address.parse("x@far.test");
      Envelope envelope =
          new Envelope(
              ReversePath.of(Address.parse(ADA)),
              List.of(
                  new Recipient(far, Set.of(Notify.SUCCESS, Notify.DELAY), Optional.empty()),
                  Recipient.of(Address.parse(BOB))),
              BodyType.EIGHT_BIT_MIME,
              false,
              Optional.of("envelope 1"),
              Optional.of(false),
              true);

      assertThat(refusals(server.submit(envelope, MAIL))).containsExactly("taken", "taken");

      assertThat(Inbox.of(server, BOB)).hasSize(1);
      Until.so(() -> sent.size() == 1);
      QueuedMail mail = sent.get(0);
      assertThat(mail.sender()).hasToString(ADA);
      assertThat(mail.traits())
          .isEqualTo(
              new QueuedMail.Traits(
                  BodyType.EIGHT_BIT_MIME,
                  false,
                  Optional.of("envelope 1"),
                  Optional.of(false),
                  true));
      assertThat(mail.recipients()).hasSize(1);
      assertThat(mail.recipients().get(0).recipient().reportOn())
          .containsExactlyInAnyOrder(Notify.SUCCESS, Notify.DELAY);
    }
  }

  @Test
  void addressesAreWrittenAnewAndStandForOthers() {
    try (MailServer server =
        described()
            .set("virtual_alias_maps", "inline:{all@example.org=ada@example.org}")
            .set("sender_canonical_maps", "inline:{root@example.org=bob@example.org}")
            .start()) {
      Submitted answer = server.submit(Envelope.parse("root@example.org", "all@example.org"), MAIL);

      assertThat(refusals(answer)).containsExactly("taken");
      assertThat(Inbox.of(server, ADA).get(0)).startsWith("Return-Path: <bob@example.org>\r\n");
    }
  }

  /** An address beyond ASCII needs SMTPUTF8, of which an application need not know. */
  @Test
  void addressesMayBeBeyondAscii() {
    try (MailServer server = described().start()) {
      server.submit(Envelope.parse(ADA, "jörg@far.test"), MAIL).orThrow();

      Until.so(() -> sent.size() == 1);
      assertThat(sent.get(0).traits().smtpUtf8()).isTrue();
    }
  }

  private static Optional<String> away(String key) {
    if (key.equals("away@example.org")) {
      throw new LookupUnavailable("the application's directory is away");
    }
    return Optional.empty();
  }

  @Test
  void saysOfEachRecipientWhatSmtpWouldSay() throws IOException {
    try (MailServer server =
        described()
            .set("mydestination", "mail.example.org")
            .set("unknown_virtual_mailbox_reject_code", "450")
            .set("virtual_alias_domains", "")
            .set("virtual_alias_maps", "program:away")
            .table("away", SubmitTest::away)
            .start()) {
      server
          .inside()
          .accounts()
          .setQuota(server.inside().accounts().byLogin(BOB).orElseThrow().id(), 1);
      String[] all = {"nobody@example.org", BOB, "away@example.org", ADA, "eve@mail.example.org"};
      List<String> bySmtp = new ArrayList<>();
      try (SmtpDialogue client = SmtpDialogue.open(server.address(Role.MX))) {
        client.say("MAIL FROM:<x@far.test>");
        for (String one : all) {
          bySmtp.add(client.say("RCPT TO:<" + one + ">"));
        }
      }
      bySmtp.replaceAll(reply -> reply.startsWith("250 ") ? "taken" : reply);

      Submitted answer =
          server.submit(
              Envelope.parse("x@far.test", all), new ByteArrayInputStream(MAIL), Whom.WHOM_IT_CAN);

      assertThat(refusals(answer)).isEqualTo(bySmtp);
    }
  }

  @Test
  void whereSomeAreRefusedItIsTheCallersChoiceWhoGetsIt() {
    try (MailServer server = described().start()) {
      Envelope envelope = Envelope.parse(BOB, ADA, "nobody@example.org");

      Submitted.Refused nobody = (Submitted.Refused) server.submit(envelope, MAIL);
      assertThat(nobody.mayPass()).isFalse();
      assertThat(nobody.reply().toString())
          .startsWith("550 5.1.1 <nobody@example.org>: Recipient address rejected: ");
      assertThat(refusals(nobody)).containsExactly("taken", nobody.reply().toString());
      assertThat(Inbox.of(server, ADA)).isEmpty();
      assertThatThrownBy(nobody::orThrow)
          .isInstanceOf(NotTaken.class)
          .hasMessage(nobody.reply().toString());

      Submitted others = server.submit(envelope, new ByteArrayInputStream(MAIL), Whom.WHOM_IT_CAN);
      assertThat(others).isInstanceOf(Submitted.Taken.class);
      assertThat(refusals(others)).isEqualTo(refusals(nobody));
      assertThat(Inbox.of(server, ADA)).hasSize(1);
      assertThat(Inbox.of(server, BOB)).isEmpty();

      Submitted all = server.submit(envelope, new ByteArrayInputStream(MAIL), Whom.EVERYBODY);
      assertThat(refusals(all)).containsExactly("taken", "taken");
      assertThat(Inbox.of(server, ADA)).hasSize(2);
      Until.so(() -> !Inbox.of(server, BOB).isEmpty());
      assertThat(Inbox.of(server, BOB).get(0))
          .contains("Subject: Undelivered Mail Returned to Sender")
          .contains("Final-Recipient: rfc822; nobody@example.org");
    }
  }

  @Test
  void nothingFailsForGoodWhereTheSettingsSaySo() {
    try (MailServer server =
        described().set("soft_bounce", "yes").set("message_size_limit", "100").start()) {
      Submitted.Refused nobody =
          (Submitted.Refused) server.submit(Envelope.parse(BOB, "nobody@example.org"), MAIL);
      Submitted.Refused large =
          (Submitted.Refused) server.submit(Envelope.parse(BOB, ADA), new byte[1000]);

      assertThat(nobody.mayPass()).isTrue();
      assertThat(nobody.reply().toString()).startsWith("450 4.1.1 <nobody@example.org>: ");
      assertThat(large.reply()).hasToString("452 4.3.4 Error: message file too big");
    }
  }

  @Test
  void filtersRefuseKeepAndThrowAway() {
    try (MailServer server =
        described()
            .filter(
                "by subject",
                mail -> {
                  String content = new String(mail.content().toBytes(), US_ASCII);
                  if (content.contains("Subject: bad")) {
                    return Finding.refused(550, ".7.1", "not this one");
                  }
                  return content.contains("Subject: hold")
                      ? Finding.passed(new Consequence.Hold())
                      : content.contains("Subject: junk")
                          ? Finding.passed(new Consequence.Discard())
                          : Finding.NOTHING;
                })
            .start()) {
      Envelope envelope = Envelope.parse(BOB, ADA);

      Submitted bad = server.submit(envelope, stream("Subject: bad\n\n"));
      assertThat(bad).isInstanceOf(Submitted.Refused.class);
      assertThat(((Submitted.Refused) bad).reply()).hasToString("550 5.7.1 not this one");
      assertThat(server.submit(envelope, stream("Subject: junk\n\n")))
          .isInstanceOf(Submitted.Taken.class);
      Submitted kept = server.submit(envelope, stream("Subject: hold\n\n"));
      assertThat(server.inside().queue().control().page(Section.HOLD, Position.START).mails())
          .singleElement()
          .satisfies(mail -> assertThat(mail.id()).isEqualTo(kept.orThrow()));
      assertThat(Inbox.of(server, ADA)).isEmpty();
    }
  }

  @Test
  void whatIsTooLargeOrRunsInCirclesIsRefused() {
    try (MailServer server = described().set("message_size_limit", "100000").start()) {
      AtomicLong read = new AtomicLong();
      InputStream endless =
          new Dots(Long.MAX_VALUE) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
              int count = super.read(target, offset, length);
              read.addAndGet(count);
              return count;
            }
          };

      Submitted.Refused tooLarge =
          (Submitted.Refused) server.submit(Envelope.parse(BOB, ADA), endless);
      Submitted.Refused circles =
          (Submitted.Refused)
              server.submit(
                  Envelope.parse(BOB, ADA), stream("Received: from here\n".repeat(51) + "\n"));

      assertThat(tooLarge.reply()).hasToString("552 5.3.4 Error: message file too big");
      assertThat(read.get()).isLessThan(200_000);
      assertThat(circles.reply()).hasToString("554 5.4.6 Error: too many hops");
      assertThat(Inbox.of(server, ADA)).isEmpty();
    }
  }

  @Test
  void whereTheDiskIsFullItIsNobodysAndMayBeHandedInAgain(@TempDir Path folder) {
    try (MailServer server =
        described()
            .storage(Storage.h2(folder))
            .set("queue_minfree", "1" + "0".repeat(17))
            .start()) {
      assertThatThrownBy(() -> server.submit(Envelope.parse(BOB, ADA), MAIL))
          .isInstanceOf(StorageFull.class);
      assertThat(Inbox.of(server, ADA)).isEmpty();
    }
  }

  @Test
  void contentThatCannotBeReadIsNobodys() {
    try (MailServer server = described().start()) {
      InputStream broken = new Dots(500_000);

      assertThatThrownBy(() -> server.submit(Envelope.parse(BOB, ADA), broken))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessage("the content cannot be read");

      server.submit(Envelope.parse(BOB, ADA), MAIL).orThrow();
      assertThat(Inbox.of(server, ADA)).hasSize(1);
    }
  }

  /** Far more than may be under way at once, and more octets than staging holds in memory. */
  @Test
  void aThousandAtOnceWaitForTheirTurn() throws Exception {
    byte[] mail = ("Subject: many\n\n" + ("x".repeat(70) + "\n").repeat(600)).getBytes(US_ASCII);
    ExecutorService callers = Executors.newFixedThreadPool(100);
    try (MailServer server = described().start()) {
      List<Future<Submitted>> answers = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        answers.add(callers.submit(() -> server.submit(Envelope.parse(BOB, ADA), mail)));
      }

      for (Future<Submitted> answer : answers) {
        assertThat(answer.get()).isInstanceOf(Submitted.Taken.class);
      }
      assertThat(
              server
                  .inside()
                  .mail()
                  .list(server.inside().accounts().byLogin(ADA).orElseThrow().id()))
          .anySatisfy(inbox -> assertThat(inbox.messages()).isEqualTo(1000));
    } finally {
      callers.shutdownNow();
    }
  }

  /** A listener that answers must not wait for a turn that it has itself. */
  @Test
  void whoHandsInWhileHisMailIsTakenDoesNotWait() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(100);
    CompletableFuture<MailServer> running = new CompletableFuture<>();
    try (MailServer server =
        described()
            .onAccepted(
                accepted -> {
                  if (accepted.envelope().sender().toString().equals("x@far.test")) {
                    running.join().submit(Envelope.parse("", BOB), MAIL).orThrow();
                  }
                })
            .start()) {
      running.complete(server);
      List<Future<Submitted>> answers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        answers.add(callers.submit(() -> server.submit(Envelope.parse("x@far.test", ADA), MAIL)));
      }

      for (Future<Submitted> answer : answers) {
        answer.get().orThrow();
      }
      assertThat(Inbox.of(server, BOB)).hasSize(200);
    } finally {
      callers.shutdownNow();
    }
  }

  @Test
  void aCallerThatIsInterruptedHandsNothingIn() {
    try (MailServer server = described().start()) {
      Thread.currentThread().interrupt();

      assertThatThrownBy(() -> server.submit(Envelope.parse(BOB, ADA), MAIL))
          .isInstanceOf(CancellationException.class);

      assertThat(Thread.interrupted()).isTrue();
      assertThat(Inbox.of(server, ADA)).isEmpty();
    }
  }

  @Test
  void aClosedServerTakesNothing() {
    MailServer server = described().start();
    server.close();

    assertThatThrownBy(() -> server.submit(Envelope.parse(BOB, ADA), MAIL))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the server is closed");
  }

  /** A mail goes by the configuration that is in effect when it is handed in. */
  @Test
  void aReloadHoldsForWhatIsHandedInAfterwards() {
    try (MailServer server = described().start()) {
      server.submit(Envelope.parse(BOB, ADA), MAIL).orThrow();
      server.reload(now -> now.set("message_size_limit", "10"));

      assertThat(server.submit(Envelope.parse(BOB, ADA), MAIL))
          .isInstanceOf(Submitted.Refused.class);
    }
  }
}
