package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.BodyPart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimePart;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.Shows;

/** 8-bit mail reaches a server that knows seven bits only, and reads the same there (RFC 6152). */
@Tag("two-clocks")
final class RelaySevenBitTest {
  private final RelayHouse house = new RelayHouse();
  private final RelayHop hop = house.relayhost();
  private String hopText = "";

  @BeforeEach
  void start() {
    hop.offers("PIPELINING", "SIZE 0");
    house.start();
  }

  @AfterEach
  void stop() {
    house.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n",
        "MIME-Version: 1.0\r\nContent-Transfer-Encoding:\r\n 8bit\r\nContent-Type: text/plain\r\n",
      })
  void textReadsTheSame(String header) throws Exception {
    String body =
        "Gr\u00fc\u00dfe = 1+1\r\n.\r\n..dots\r\n--not-a-boundary\r\ntrailing \t\r\n \r\n"
            + "long ".repeat(100)
            + "\u20ac\r\n\r\nend";

    send("Subject: x\r\n" + header + "\r\n" + body + "\r\n");

    MimeMessage message = awaitSevenBit();
    assertThat(message.getHeader("MIME-Version")).containsExactly("1.0");
    assertThat(message.getHeader("Content-Transfer-Encoding")).containsExactly("quoted-printable");
    assertThat(message.getSubject()).isEqualTo("x");
    assertThat(new String(decoded(message), UTF_8)).isEqualTo(body + "\r\n");
  }

  @Test
  void everyOctetOfALargePartReadsTheSame() throws Exception {
    Random random = new Random(7);
    StringBuilder body = new StringBuilder();
    for (int line = 0; line < 3000; line++) {
      int length = random.nextInt(200);
      for (int i = 0; i < length; i++) {
        int octet = random.nextInt(1, 256);
        body.append((char) (octet == '\r' || octet == '\n' ? ' ' : octet));
      }
      body.append("\r\n");
    }

    send8("Subject: x\r\n\r\n" + body);

    MimeMessage message = awaitSevenBit();
    assertThat(message.getEncoding()).isEqualTo("base64");
    assertThat(new String(decoded(message), ISO_8859_1)).isEqualTo(body.toString());
  }

  @Test
  @Shows("A1.15")
  void onlyThePartsThatNeedItChange() throws Exception {
    String ascii =
        "--b\r\nContent-Type: text/plain\r\nX-Odd:   kept \r\n\r\nplain = ascii \r\n\r\n";
    send(
        "Subject: x\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: 8bit\r\n"
            + "Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n"
            + ascii
            + "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit"
            + "\r\n\r\nGr\u00fc\u00dfe\r\n"
            + "--b\r\n\r\nno header, \u20ac\r\n"
            + "--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            + "Subject: inner\r\n\r\ninner \u00fc\r\n"
            + "--b--\r\nepilogue\r\n");

    MimeMessage message = awaitSevenBit();
    assertThat(message.getEncoding()).isEqualTo("7bit");
    MimeMultipart parts = new MimeMultipart(message.getDataHandler().getDataSource());
    assertThat(parts.getCount()).isEqualTo(4);
    assertThat(hopText).contains("\r\npreamble\r\n" + ascii).endsWith("--b--\r\nepilogue\r\n");
    assertThat(decodedText(parts.getBodyPart(1))).isEqualTo("Gr\u00fc\u00dfe");
    assertThat(decodedText(parts.getBodyPart(2))).isEqualTo("no header, \u20ac");
    assertThat(((MimePart) parts.getBodyPart(3)).getEncoding()).isEqualTo("7bit");
    MimeMessage inner = read(parts.getBodyPart(3).getInputStream());
    assertThat(new String(decoded(inner), UTF_8)).isEqualTo("inner \u00fc");
  }

  @ParameterizedTest
  @ValueSource(strings = {"signed", "encrypted"})
  @Shows("A1.15")
  void whatMustNotBeChangedIsReturned(String subtype) throws Exception {
    String signed =
        "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/"
            + subtype
            + "; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n%s\r\n--b\r\n"
            + "Content-Type: application/pgp-signature\r\n\r\nsignature\r\n--b--\r\n";

    send(String.format(signed, "Gr\u00fc\u00dfe"));
    assertThat(house.awaitInbox(1).get(0)).contains("Status: 5.6.3");
    assertThat(hop.heard()).noneMatch(line -> line.startsWith("MAIL"));

    send(String.format(signed, "ascii"));
    assertThat(hop.await().text()).endsWith(String.format(signed, "ascii"));
  }

  @Test
  void asciiAndWhatIsEncodedAlreadyStaysAsItIs() throws Exception {
    String message =
        "Subject: x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=BC = \t \r\n.\r\n";

    send(message);

    assertThat(hop.await().text()).endsWith(message);
  }

  private MimeMessage awaitSevenBit() throws Exception {
    RelayHop.Mail mail = hop.await();
    hopText = mail.text();
    for (byte octet : mail.content()) {
      assertThat(octet).isGreaterThan((byte) 0);
    }
    assertThat(hopText.lines()).allSatisfy(line -> assertThat(line.length()).isLessThan(999));
    assertThat(hop.heard()).noneMatch(line -> line.contains("BODY="));
    return read(new ByteArrayInputStream(mail.content()));
  }

  private static MimeMessage read(InputStream octets) throws Exception {
    return new MimeMessage(Session.getInstance(new Properties()), octets);
  }

  private static String decodedText(BodyPart part) throws Exception {
    return new String(part.getInputStream().readAllBytes(), UTF_8);
  }

  private static byte[] decoded(MimeMessage message) throws Exception {
    return message.getInputStream().readAllBytes();
  }

  private void send(String message) throws Exception {
    house.send(
        "<ada@example.org> BODY=8BITMIME", List.of("<bob@example.net>"), message.getBytes(UTF_8));
  }

  private void send8(String octets) throws Exception {
    house.send(
        "<ada@example.org> BODY=8BITMIME",
        List.of("<bob@example.net>"),
        octets.getBytes(ISO_8859_1));
  }
}
