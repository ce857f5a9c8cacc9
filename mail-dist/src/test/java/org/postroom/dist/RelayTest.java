package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postroom.core.testing.Shows;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.server.SMTPServer;

/** Mail for elsewhere reaches a server that is not ours as it was handed over. */
@Tag("two-clocks")
final class RelayTest {
  private final BlockingQueue<Taken> taken = new LinkedBlockingQueue<>();
  private SMTPServer stranger;
  private RelayHouse house;

  private record Taken(String from, List<String> to, String latin1) {
    byte[] content() {
      return latin1.getBytes(ISO_8859_1);
    }
  }

  @BeforeEach
  void start() {
    stranger =
        SMTPServer.port(0)
            .bindAddress(InetAddress.getLoopbackAddress())
            .messageHandlerFactory(Taking::new)
            .build();
    stranger.start();
    house = new RelayHouse().set("relayhost", "[127.0.0.1]:" + stranger.getPortAllocated()).start();
  }

  @AfterEach
  void stop() {
    house.close();
    stranger.stop();
  }

  @Test
  @Shows("A1.15")
  void passesOnEnvelopeAndContentOctetForOctet() throws Exception {
    byte[] message =
        ("From: ada@example.org\r\nSubject: =?utf-8?q?P=C3=BCnktchen?=\r\n\r\n"
                + ".\r\n..\r\n.leading\r\nin the . middle\r\nGr\u00fc\u00dfe, \u20ac\r\n"
                + "x".repeat(990)
                + "\r\n\r\n.")
            .getBytes(UTF_8);

    house.send(
        "<ada@example.org>",
        List.of("<bob@example.net>", "<\"o'hara x\"@example.net>", "<Carol+tag@EXAMPLE.com>"),
        withLineEnd(message));

    Taken mail = await();
    assertThat(mail.from()).isEqualTo("ada@example.org");
    assertThat(mail.to())
        .containsExactlyInAnyOrder(
            "bob@example.net", "\"o'hara x\"@example.net", "Carol+tag@example.com");
    assertThat(afterReceived(mail.content())).isEqualTo(withLineEnd(message));
    house.awaitEmptyQueue();
  }

  @Test
  void passesOnEveryOctetInAMegabyteOfContent() throws Exception {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.writeBytes("Subject: all octets\r\n\r\n".getBytes(UTF_8));
    for (int line = 0; line < 10_000; line++) {
      for (int i = 0; i < 100; i++) {
        int octet = (line * 7 + i * 31) & 0xff;
        message.write(octet == '\r' || octet == '\n' || octet == 0 ? '.' : octet);
      }
      message.writeBytes("\r\n".getBytes(UTF_8));
    }

    house.send(
        "<ada@example.org> BODY=8BITMIME", List.of("<bob@example.net>"), message.toByteArray());

    assertThat(afterReceived(await().content())).isEqualTo(message.toByteArray());
    house.awaitEmptyQueue();
  }

  @Test
  void keepsOneCopyHereAndPassesOnTheOther() throws Exception {
    house.send(
        "<>",
        List.of("<ada@example.org>", "<bob@example.net>"),
        "Subject: both\r\n\r\nhello\r\n".getBytes(UTF_8));

    Taken mail = await();
    assertThat(mail.from()).isEmpty();
    assertThat(mail.to()).containsExactly("bob@example.net");
    assertThat(house.inbox()).hasSize(1);
    assertThat(house.inbox().get(0)).startsWith("Return-Path: <>\r\n").endsWith("hello\r\n");
    house.awaitEmptyQueue();
  }

  private Taken await() throws InterruptedException {
    Taken mail = taken.poll(20, TimeUnit.SECONDS);
    if (mail == null) {
      throw new AssertionError("No mail came; the queue is " + house.queued());
    }
    return mail;
  }

  private static byte[] withLineEnd(byte[] message) {
    return (new String(message, ISO_8859_1) + "\r\n").getBytes(ISO_8859_1);
  }

  /** What stands behind the Received headers: ours, and the one the stranger puts in front. */
  private static byte[] afterReceived(byte[] content) {
    String text = new String(content, ISO_8859_1);
    assertThat(text).startsWith("Received: ");
    return text.replaceFirst("^(Received: .*\r\n([ \t].*\r\n)*){2}", "").getBytes(ISO_8859_1);
  }

  private final class Taking implements MessageHandler {
    private String sender = "";
    private final List<String> recipients = new ArrayList<>();
    private byte[] content = {};

    Taking(MessageContext context) {}

    @Override
    public void from(String from) {
      sender = from;
    }

    @Override
    public void recipient(String recipient) {
      recipients.add(recipient);
    }

    @Override
    public String data(InputStream data) throws IOException {
      content = data.readAllBytes();
      return null;
    }

    @Override
    public void done() {
      if (content.length > 0) {
        taken.add(new Taken(sender, List.copyOf(recipients), new String(content, ISO_8859_1)));
      }
    }
  }
}
