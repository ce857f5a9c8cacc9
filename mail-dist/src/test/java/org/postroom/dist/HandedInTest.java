package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.Recipient.Notify;
import org.postroom.core.refusal.WireFault;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.control.Control;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.StatusOperation;
import org.postroom.dist.operation.SubmitOperation;
import org.postroom.dist.operation.SubmitOperation.Handed;
import org.postroom.dist.operation.SubmitOperation.Mail;
import org.postroom.storage.Storage;

/** Mail that comes by the socket for operations. */
@Timeout(60)
@Tag("seconds")
final class HandedInTest {
  private static final String ADA = "ada@example.org";

  @TempDir private Path folder;
  private MailServer server;

  private ServerBuilder described() {
    return TestServer.builder()
        .hostname("mail.example.org")
        .set("myorigin", "example.org")
        .domains("example.org")
        .set("relayhost", "[127.0.0.1]:1")
        .storage(Storage.h2(folder))
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .account(ADA, "correct horse");
  }

  @BeforeEach
  void start() {
    server = described().start();
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Handed ask(String sender, byte[] content, String... recipients) {
    return described()
        .inside()
        .ask(
            SubmitOperation.SUBMIT,
            new Mail(
                Optional.ofNullable(sender),
                List.of(recipients),
                true,
                List.of("FAILURE"),
                Optional.of(true),
                Optional.of("id"),
                new ByteArrayInputStream(content)));
  }

  private static byte[] mail(int size) {
    byte[] mail = new byte[size];
    Arrays.fill(mail, (byte) 'x');
    byte[] head = "Subject: x\n\n".getBytes(US_ASCII);
    System.arraycopy(head, 0, mail, 0, head.length);
    for (int i = 80; i < size; i += 80) {
      mail[i] = '\n';
    }
    return mail;
  }

  @Test
  void comesInPiecesWhateverItsSize() {
    for (int size : new int[] {12, 65_535, 65_536, 65_537, 5_000_000}) {
      assertThat(ask("", mail(size), "ada").refusal()).isEmpty();
    }

    List<String> mails = Inbox.of(server, ADA);
    assertThat(mails).hasSize(5);
    assertThat(mails.get(0)).startsWith("Return-Path: <>\r\n");
    assertThat(mails.get(4).length()).isGreaterThan(5_000_000);
  }

  @Test
  void namesOfThisMachineAreCompletedAndTheEnvelopeIsKept() {
    Handed handed = ask(null, mail(100), "root@far.test");

    QueuedMail mail = server.inside().queue().list(10).get(0);
    assertThat(handed.id()).contains(mail.id().value());
    assertThat(mail.sender())
        .hasToString(ProcessHandle.current().info().user().orElseThrow() + "@example.org");
    assertThat(mail.traits().envelopeId()).contains("id");
    assertThat(mail.traits().fullReturn()).contains(true);
    assertThat(mail.recipients().get(0).recipient().reportOn()).containsExactly(Notify.FAILURE);
  }

  /** The answer must not meet a client that is still speaking. */
  @Test
  void whatIsRefusedEarlyIsReadToItsEnd() {
    server.reload(now -> now.set("message_size_limit", "1000"));

    Handed handed = ask("", mail(5_000_000), "ada");

    assertThat(handed.refusal()).contains("552 5.3.4 Error: message file too big");
    assertThatThrownBy(() -> ask("", mail(5_000_000), "no address"))
        .isInstanceOfSatisfying(
            OperationRefused.class,
            refused -> assertThat(refused.kind()).isEqualTo(OperationRefused.Kind.REQUEST));
    assertThat(ask("", mail(100), "ada").refusal()).isEmpty();
  }

  @Test
  void notEverybodyMayHandIn() throws IOException {
    String me = ProcessHandle.current().info().user().orElseThrow();
    server.reload(now -> now.set("authorized_submit_users", "!" + me + ", static:anyone"));

    assertThatThrownBy(() -> ask("", mail(100), "ada"))
        .isInstanceOf(OperationRefused.class)
        .hasMessage("user " + me + " is not allowed to submit mail");

    server.reload(now -> now.set("authorized_submit_users", me));
    assertThat(ask("", mail(100), "ada").refusal()).isEmpty();
  }

  @Test
  void everybodyCanHandInAtASocketForThat() throws IOException {
    server.close();
    Path open = folder.resolve("open");
    server = described().set("submit_socket", open.toString()).start();

    assertThat(Files.getPosixFilePermissions(open))
        .isEqualTo(PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(Control.askAt(open, SubmitOperation.SUBMIT, small()).orElseThrow().refusal())
        .isEmpty();
    assertThat(Inbox.of(server, ADA)).hasSize(1);
    assertThatThrownBy(() -> Control.askAt(open, StatusOperation.STATUS, new Operation.Nothing()))
        .isInstanceOf(OperationRefused.class)
        .hasMessage("unknown operation status");
    assertThatThrownBy(
            () ->
                described()
                    .storage(Storage.inMemory())
                    .set("submit_socket", open.toString())
                    .start())
        .isInstanceOf(WireFault.class)
        .hasMessageContaining("another server listens there");

    server.close();
    assertThat(open).doesNotExist();
    Files.writeString(open, "not a socket");
    assertThatThrownBy(() -> described().set("submit_socket", open.toString()).start())
        .isInstanceOf(WireFault.class)
        .hasMessageContaining("no socket");
    assertThat(open).hasContent("not a socket");
  }

  /** Whoever is given a wrong path must not take away what the machine needs. */
  @Test
  void whatIsNoSocketStaysWhereItIs() throws Exception {
    server.close();
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    assertThatThrownBy(() -> described().set("submit_socket", pipe.toString()).start())
        .isInstanceOf(WireFault.class)
        .hasMessageContaining("no socket");
    assertThat(pipe).exists();
  }

  @Test
  void takesTheSocketsPlaceThatAKilledServerLeft() throws IOException {
    server.close();
    Path open = folder.resolve("open");
    try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      left.bind(UnixDomainSocketAddress.of(open));
    }

    server = described().set("submit_socket", open.toString()).start();

    assertThat(Control.askAt(open, SubmitOperation.SUBMIT, small()).orElseThrow().refusal())
        .isEmpty();
  }

  @Test
  void soManyMayBeNamedAtOnceAndWhoNamesMoreHearsOfIt() throws IOException {
    server.reload(now -> now.set("smtpd_recipient_limit", "3"));

    assertThat(ask("", mail(100), "ada", "ada", "ada").refusal()).isEmpty();
    assertThat(ask("", mail(5_000_000), "ada", "ada", "ada", "ada").refusal())
        .contains("554 5.5.3 Error: too many recipients, 3 may be named at once");

    server.close();
    Path open = folder.resolve("open");
    server = described().set("submit_socket", open.toString()).start();
    String[] many = new String[4000];
    Arrays.fill(many, "somebody-with-a-name@example.org");
    assertThatThrownBy(() -> Control.askAt(open, SubmitOperation.SUBMIT, to(many)))
        .isInstanceOf(OperationRefused.class)
        .hasMessage("more than 65536 octets of addresses and options");
    assertThat(Control.askAt(open, SubmitOperation.SUBMIT, small()).orElseThrow().refusal())
        .isEmpty();
  }

  private static Mail small() {
    return to("ada");
  }

  private static Mail to(String... recipients) {
    return new Mail(
        Optional.of(""),
        List.of(recipients),
        false,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        new ByteArrayInputStream(mail(100)));
  }

  @Test
  void whereNoServerRunsNothingIsTaken() {
    server.close();

    assertThatThrownBy(() -> ask("", mail(100), "ada"))
        .isInstanceOfSatisfying(
            OperationRefused.class,
            refused -> assertThat(refused.kind()).isEqualTo(OperationRefused.Kind.NO_SERVER));
  }
}
