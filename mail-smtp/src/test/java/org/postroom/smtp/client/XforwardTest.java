package org.postroom.smtp.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.ReceivedHeader;
import org.postroom.core.arrival.Submission;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;

class XforwardTest {
  private static final Set<String> ALL =
      Set.of("NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE");
  private static final String NOBODY =
      "XFORWARD NAME=[UNAVAILABLE] ADDR=[UNAVAILABLE] PORT=[UNAVAILABLE] PROTO=[UNAVAILABLE]"
          + " HELO=[UNAVAILABLE] IDENT=Q1 SOURCE=[UNAVAILABLE]";

  private static InetAddress ip(String text) {
    return IpLiteral.parse(text).orElseThrow();
  }

  private static String trace(
      String helo, String name, String address, String protocol, String id) {
    return new ReceivedHeader(
            new Submission.Client(ip(address), name, helo, Optional.of("ada by x"), protocol),
            Optional.of("TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)"),
            "mx.example.org",
            "Postroom",
            new QueueId(id),
            Optional.of(Address.parse("bob@far.test")),
            OffsetDateTime.ofInstant(Instant.EPOCH, ZoneOffset.UTC))
        .toString();
  }

  private static List<String> said(String header) {
    return said(header, ALL);
  }

  private static List<String> said(String header, Set<String> wanted) {
    return Xforward.commands(
        new QueuedMail(
            new QueueId("Q1"),
            ReversePath.NULL,
            new QueuedMail.Traits(
                BodyType.SEVEN_BIT, false, Optional.empty(), Optional.empty(), false),
            Content.of((header + "Subject: x\r\n\r\nReceived: body\r\n").getBytes(UTF_8)),
            Instant.EPOCH,
            Optional.empty(),
            "smtp:far.test",
            List.of(
                new QueuedMail.QueuedRecipient(
                    1, Recipient.of(Address.parse("bob@far.test")), 0, false, ""))),
        wanted);
  }

  @ParameterizedTest
  @CsvSource({
    "c.test, mx.far.test, 192.0.2.1, ESMTPSA,"
        + " NAME=mx.far.test ADDR=192.0.2.1 PORT=[UNAVAILABLE] PROTO=ESMTP HELO=c.test IDENT=Q1"
        + " SOURCE=REMOTE",
    "c.test, unknown, 2001:db8::1, SMTP,"
        + " NAME=[UNAVAILABLE] ADDR=IPV6:2001:db8:0:0:0:0:0:1 PORT=[UNAVAILABLE] PROTO=SMTP"
        + " HELO=c.test IDENT=Q1 SOURCE=REMOTE",
    "a+b=c, mx.far.test, 192.0.2.1, UTF8SMTPS,"
        + " NAME=mx.far.test ADDR=192.0.2.1 PORT=[UNAVAILABLE] PROTO=ESMTP HELO=a+2Bb+3Dc IDENT=Q1"
        + " SOURCE=REMOTE",
    "x[192.0.2.9], y[192.0.2.9], 192.0.2.1, ESMTP,"
        + " NAME=y[192.0.2.9] ADDR=192.0.2.1 PORT=[UNAVAILABLE] PROTO=ESMTP HELO=x[192.0.2.9]"
        + " IDENT=Q1 SOURCE=REMOTE",
  })
  void tellsWhatTheTraceLineSays(
      String helo, String name, String address, String protocol, String said) {
    assertThat(said("X-Ours: y\r\n" + trace(helo, name, address, protocol, "Q1")))
        .containsExactly("XFORWARD " + said);
  }

  /** Any client can write a trace line; ours has an id that it cannot know. */
  @Test
  void believesNobodyElsesTraceLine() {
    String forged = trace("c.test", "localhost", "127.0.0.1", "ESMTP", "Q2");

    assertThat(said(forged)).containsExactly(NOBODY);
    assertThat(said("Received: from c.test (x (y) [127.0.0.1]) by h (p) id Q1; now\r\n"))
        .containsExactly(NOBODY);
    assertThat(said("")).containsExactly(NOBODY);
  }

  @Test
  void mailOfThisMachineIsLocal() {
    assertThat(said("Received: by h (p) id Q1; now\r\n", Set.of("ADDR", "SOURCE")))
        .containsExactly("XFORWARD ADDR=[UNAVAILABLE] SOURCE=LOCAL");
  }

  @Test
  void saysWhatIsWanted() {
    String trace = trace("c.test", "mx.far.test", "192.0.2.1", "ESMTP", "Q1");

    assertThat(said(trace, Set.of())).isEmpty();
    assertThat(said(trace, Set.of("NAME", "ADDR")))
        .containsExactly("XFORWARD NAME=mx.far.test ADDR=192.0.2.1");
  }

  @Test
  void noLineIsTooLong() {
    String name = "n".repeat(250);

    assertThat(said(trace("h".repeat(250), name, "192.0.2.1", "ESMTP", "Q1")))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(510).startsWith("XFORWARD "));
  }
}
