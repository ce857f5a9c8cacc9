package org.postroom.smtp.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.CameFrom;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;

class XforwardTest {
  private static final Set<String> ALL =
      Set.of("NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE");
  private static final String NOBODY =
      "XFORWARD NAME=[UNAVAILABLE] ADDR=[UNAVAILABLE] PORT=[UNAVAILABLE] PROTO=[UNAVAILABLE]"
          + " HELO=[UNAVAILABLE] IDENT=Q1 SOURCE=";

  private static CameFrom from(
      String helo, String name, String address, String protocol, Optional<Integer> port) {
    return new CameFrom(
        address,
        name,
        helo,
        protocol,
        Optional.of("ada@example.org"),
        Optional.empty(),
        port,
        Optional.empty(),
        Optional.empty());
  }

  private static List<String> said(Optional<CameFrom> origin, Set<String> wanted) {
    return Xforward.commands(
        new QueuedMail(
            new QueueId("Q1"),
            ReversePath.NULL,
            new QueuedMail.Traits(
                BodyType.SEVEN_BIT, false, Optional.empty(), Optional.empty(), false),
            Content.of("Subject: x\r\n\r\nx\r\n".getBytes(UTF_8)),
            Instant.EPOCH,
            origin,
            "smtp:far.test",
            List.of(
                new QueuedMail.QueuedRecipient(
                    1, Recipient.of(Address.parse("bob@far.test")), 0, false, ""))),
        wanted);
  }

  @ParameterizedTest
  @CsvSource({
    "c.test, mx.far.test, 192.0.2.1, ESMTPSA, 40000,"
        + " NAME=mx.far.test ADDR=192.0.2.1 PORT=40000 PROTO=ESMTP HELO=c.test IDENT=Q1"
        + " SOURCE=REMOTE",
    "c.test, unknown, 2001:db8:0:0:0:0:0:1, SMTP, 1,"
        + " NAME=[UNAVAILABLE] ADDR=IPV6:2001:db8:0:0:0:0:0:1 PORT=1 PROTO=SMTP"
        + " HELO=c.test IDENT=Q1 SOURCE=REMOTE",
    "a+b=c, mx.far.test, 192.0.2.1, UTF8SMTPS,,"
        + " NAME=mx.far.test ADDR=192.0.2.1 PORT=[UNAVAILABLE] PROTO=ESMTP HELO=a+2Bb+3Dc IDENT=Q1"
        + " SOURCE=REMOTE",
    "x y, mx.far.test, 192.0.2.1, LMTPSA, 2,"
        + " NAME=mx.far.test ADDR=192.0.2.1 PORT=2 PROTO=LMTP HELO=x+20y IDENT=Q1 SOURCE=REMOTE",
    "'', unknown, 192.0.2.1, SMTP, 3,"
        + " NAME=[UNAVAILABLE] ADDR=192.0.2.1 PORT=3 PROTO=SMTP HELO=[UNAVAILABLE] IDENT=Q1"
        + " SOURCE=REMOTE",
  })
  void tellsWhatTheQueueKeeps(
      String helo, String name, String address, String protocol, Integer port, String said) {
    Optional<CameFrom> origin =
        Optional.of(from(helo, name, address, protocol, Optional.ofNullable(port)));

    assertThat(said(origin, ALL)).containsExactly("XFORWARD " + said);
  }

  /** As reports are, and what programs of this machine hand in. */
  @ParameterizedTest
  @CsvSource({"''", "BOUNCE", "QUEUE"})
  void mailOfThisMachineIsLocal(String protocol) {
    assertThat(
            said(Optional.of(from("", "localhost", "127.0.0.1", protocol, Optional.empty())), ALL))
        .containsExactly(NOBODY + "LOCAL");
  }

  @Test
  void nothingIsSaidOfMailThatAnEarlierVersionTook() {
    assertThat(said(Optional.empty(), ALL)).containsExactly(NOBODY + "[UNAVAILABLE]");
  }

  @Test
  void saysWhatIsWanted() {
    Optional<CameFrom> origin =
        Optional.of(from("c.test", "mx.far.test", "192.0.2.1", "ESMTP", Optional.of(4)));

    assertThat(said(origin, Set.of())).isEmpty();
    assertThat(said(origin, Set.of("NAME", "PORT")))
        .containsExactly("XFORWARD NAME=mx.far.test PORT=4");
  }

  @Test
  void noLineIsTooLong() {
    CameFrom origin =
        from("h".repeat(250), "n".repeat(250), "192.0.2.1", "ESMTP", Optional.of(40_000));

    assertThat(said(Optional.of(origin), ALL))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(510).startsWith("XFORWARD "));
    assertThat(
            said(
                Optional.of(from("h".repeat(1000), "x", "192.0.2.1", "ESMTP", Optional.of(4))),
                Set.of("HELO")))
        .containsExactly("XFORWARD HELO=[UNAVAILABLE]");
  }
}
