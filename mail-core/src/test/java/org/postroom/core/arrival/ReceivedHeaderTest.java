package org.postroom.core.arrival;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.mail.QueueId;
import org.postroom.core.testing.Shows;

class ReceivedHeaderTest {
  private static final OffsetDateTime TIME = OffsetDateTime.parse("2026-11-04T05:06:07+01:00");

  @Test
  @Shows("A4.10")
  void saysWhoHowAndWhen() {
    String header =
        header(
            "laptop", "client.example.net", "192.0.2.7", Optional.of("ada@example.org"), "ESMTPSA");

    assertThat(header)
        .isEqualTo(
            """
            Received: from laptop (client.example.net [192.0.2.7])
            \t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))
            \t(Authenticated sender: ada@example.org)
            \tby mail.example.org (Postroom) with ESMTPSA id 4ABC
            \tfor <bob@example.com>;
            \tWed, 4 Nov 2026 05:06:07 +0100
            """
                .replace("\n", "\r\n"));
  }

  @Test
  void saysNothingOfWhatIsNotThere() {
    ReceivedHeader header =
        new ReceivedHeader(
            client("", "localhost", "127.0.0.1", Optional.empty(), ""),
            Optional.empty(),
            "mail.example.org",
            "Postroom",
            new QueueId("4ABC"),
            Optional.empty(),
            TIME);

    assertThat(header.toString())
        .isEqualTo(
            """
            Received: by mail.example.org (Postroom) id 4ABC;
            \tWed, 4 Nov 2026 05:06:07 +0100
            """
                .replace("\n", "\r\n"));
    assertThat(new String(header.content().toBytes(), java.nio.charset.StandardCharsets.US_ASCII))
        .isEqualTo(header.toString());
  }

  @Test
  void writesAnIpv6Literal() {
    assertThat(header("h", "unknown", "2001:db8::1", Optional.empty(), "ESMTP"))
        .contains("(unknown [IPv6:2001:db8:0:0:0:0:0:1])");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\r\nBcc: victim@example.com",
        "x\nBcc: victim@example.com",
        "x\rBcc: y",
        "x\u0000\u0007\u007f",
        "x) by trusted (y [127.0.0.1])",
        "x\\",
        "x;\"y",
        "x\u0085Bcc: y\u2028Bcc: z",
        "x (comment",
      })
  void nothingTheClientSaysGetsOutOfItsPlace(String evil) {
    for (String protocol : new String[] {"ESMTP", "UTF8SMTP"}) {
      String header = header(evil, evil, "192.0.2.7", Optional.of(evil), protocol);

      String[] lines = header.split("\r\n", -1);
      assertThat(lines).hasSize(7);
      assertThat(lines[0]).startsWith("Received: from x");
      assertThat(lines[0]).endsWith(" [192.0.2.7])").matches("[^()]*\\([^()]*\\)");
      assertThat(lines[2]).matches("\t\\(Authenticated sender: [^()\\\\]*\\)");
      assertThat(header.replace("\r\n", "").replace("\t", ""))
          .doesNotContainPattern("[\\x00-\\x1f\\x7f-\\x9f\u2028\u2029]");
    }
  }

  @Test
  void unicodeStaysInInternationalisedMailOnly() {
    assertThat(header("m\u00fcnchen", "unknown", "192.0.2.7", Optional.empty(), "UTF8SMTPS"))
        .contains("from m\u00fcnchen (");
    assertThat(header("m\u00fcnchen", "unknown", "192.0.2.7", Optional.empty(), "ESMTPS"))
        .contains("from m?nchen (");
  }

  @Test
  void noLineGetsTooLong() {
    String header =
        header("h".repeat(9000), "n".repeat(9000), "192.0.2.7", Optional.of("l".repeat(9000)), "X");

    assertThat(header.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(998));
  }

  @Test
  void namesARecipientWholeOrNotAtAll() {
    for (int length : new int[] {1, 300, 2000}) {
      Address address = Address.of("b".repeat(length), Domain.of("example.com"));
      ReceivedHeader header =
          new ReceivedHeader(
              client("", "localhost", "127.0.0.1", Optional.empty(), "local"),
              Optional.empty(),
              "mail.example.org",
              "Postroom",
              new QueueId("4ABC"),
              Optional.of(address),
              TIME);

      assertThat(header.toString().contains("for <" + address + ">")).isEqualTo(length <= 300);
      assertThat(header.toString().contains("for <")).isEqualTo(length <= 300);
    }
  }

  private static String header(
      String helo, String name, String address, Optional<String> login, String protocol) {
    return new ReceivedHeader(
            client(helo, name, address, login, protocol),
            Optional.of("TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)"),
            "mail.example.org",
            "Postroom",
            new QueueId("4ABC"),
            Optional.of(Address.of("bob", Domain.of("example.com"))),
            TIME)
        .toString();
  }

  private static Submission.Client client(
      String helo, String name, String address, Optional<String> login, String protocol) {
    try {
      return new Submission.Client(InetAddress.getByName(address), name, helo, login, protocol);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
