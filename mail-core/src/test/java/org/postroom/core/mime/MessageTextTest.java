package org.postroom.core.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In a message {@code |} is CRLF. */
class MessageTextTest {

  private static final String MIXED =
      "Subject: outer|MIME-Version: 1.0|Content-Type: multipart/mixed; boundary=b||preamble|--b|"
          + "Content-Description: about it||plain part|--b|"
          + "Content-Type: message/rfc822||Subject: =?utf-8?Q?inn=C3=A9r?=||embedded body|--b|"
          + "Content-Type: application/pdf||hidden octets|--b|"
          + "Content-Type: message/delivery-status||Action: failed|--b--|";

  private static byte[] octets(String text) {
    return text.replace("|", "\r\n").getBytes(UTF_8);
  }

  private static MessageText message(byte[] b) {
    StructureScanner scanner = new StructureScanner();
    scanner.update(b, 0, b.length);
    return new MessageText((position, target) -> read(b, position, target), scanner.finish());
  }

  private static int read(byte[] b, long position, ByteBuffer target) {
    int count = (int) Math.max(0, Math.min(target.remaining(), b.length - position));
    target.put(b, (int) position, count);
    return count;
  }

  private static boolean body(String message, String needle) {
    return message(octets(message)).matchesBody(Needle.of(needle));
  }

  private static boolean text(String message, String needle) {
    return message(octets(message)).matchesText(Needle.of(needle));
  }

  private static boolean header(String message, String field, String needle) {
    return message(octets(message)).matchesHeader(field, Needle.of(needle));
  }

  @ParameterizedTest
  @CsvSource({
    "plain part,true,true",
    "LAIN PAR,true,true",
    "embedded body,true,true",
    "action: FAILED,true,true",
    "hidden,false,false",
    "preamble,false,false",
    "outer,false,true",
    "subject: outer,false,true",
    "about it,false,true",
    "innér,false,true",
    "INNÉR,false,true",
    "message/rfc822,false,true",
    "=C3,false,false",
    "partaction,false,false"
  })
  void looksWhereTheKeySays(String needle, boolean inBody, boolean inText) {
    assertThat(body(MIXED, needle)).isEqualTo(inBody);
    assertThat(text(MIXED, needle)).isEqualTo(inText);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      value = {
        "Subject: one|  two||^one two^true",
        "Subject: one|\ttwo||^one two^true",
        "Subject: one   two||^one two^true",
        "Subject: one|To: x||^one to^false",
        "Subject: =?utf-8?Q?a?=| =?utf-8?Q?b?=||^subject: ab^true",
        "Subject: =?utf-8?Q?a?=| =?iso-8859-1?Q?=FC?=||^aü^true",
        "Subject: =?utf-8?Q?a?=||^utf-8^false"
      })
  void unfoldsAndDecodesHeadersForText(String message, String needle, boolean found) {
    assertThat(text(message, needle)).isEqualTo(found);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      value = {
        "Subject: one|  two||^subject^one two^true",
        "Subject: one||^SUBJECT^one^true",
        "Subject: one||^subject^subject^false",
        "Subject: one||^subj^''^false",
        "Subject: one||^Subject^''^true",
        "Subject:||^Subject^''^true",
        "Subject: one||^To^''^false",
        "Received: a|Received: b||^received^b^true",
        "Received: a|Received: b||^received^ab^false",
        "Subject: =?utf-8?Q?a?=  =?utf-8?Q?b?=||^subject^ab^true",
        "Subject: x||Subject: y^subject^y^false",
        "Subject: grüße||^subject^GRÜ^true"
      })
  void looksAtEachInstanceOfAField(String message, String field, String needle, boolean found) {
    assertThat(header(message, field, needle)).isEqualTo(found);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      value = {
        "From: user (x)@ (y) host.org||^user@host.org^true",
        "From: user@host.org (The Name)||^The Name <user@host.org>^true",
        "From: \"Doe, Joe\" <joe@x>||^doe, joe <joe@x>^true",
        "From: =?utf-8?Q?J=C3=B6?= <joe@x>||^jö <joe@x>^true",
        "From: a@b, C <c@d>||^<a@b>, c <c@d>^true",
        "From: Team: a@b,| c@d;, e@f||^team: <a@b>, <c@d>;, <e@f>^true",
        "From: local||^missing^false",
        "From: local||^<local>^true",
        "From: A <a@b> (hidden)||^hidden^false"
      })
  void readsAddressesInOneForm(String message, String needle, boolean found) {
    for (String field : new String[] {"From", "To", "Cc", "Bcc"}) {
      String other = message.replace("From:", field + ":");
      assertThat(header(other, field.toUpperCase(java.util.Locale.ROOT), needle)).isEqualTo(found);
    }
  }

  private static String part(String type, String encoding, String body) {
    return "MIME-Version: 1.0|Content-Type: "
        + type
        + "|Content-Transfer-Encoding: "
        + encoding
        + "||"
        + body;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      value = {
        "soft=|break^softbreak^true",
        "hard|break^hardbreak^false",
        "hard|break^hard break^false",
        "gr=C3=BC=C3=9Fe^GRÜSS^false",
        "gr=C3=BC=C3=9Fe^GRÜß^true",
        "gr=C3=|=BC=C3=9Fe^rüß^true",
        "gr=C3=BC^=C3^false",
        "a=3Db^a=b^true"
      })
  void takesQuotedPrintableOff(String body, String needle, boolean found) {
    String message = part("text/plain; charset=utf-8", "quoted-printable", body);

    assertThat(body(message, needle)).isEqualTo(found);
  }

  @Test
  void takesBase64AndCharsetsOff() {
    assertThat(base64("utf-8", "Grüße", "grüße")).isTrue();
    assertThat(base64("iso-8859-1", "Grüße", "grüße")).isTrue();
    assertThat(base64("utf-16", "Grüße", "grüße")).isTrue();
    assertThat(base64("utf-16", "plain", "plain")).isTrue();
    assertThat(base64("shift_jis", "日本語", "本語")).isTrue();
    assertThat(base64("iso-2022-jp", "日本語", "本語")).isTrue();
    assertThat(base64("iso-2022-jp", "日本語", "$B")).isFalse();
    assertThat(base64("gb2312", "中文", "中")).isTrue();
  }

  private static boolean base64(String charset, String text, String needle) {
    byte[] encoded = text.getBytes(java.nio.charset.Charset.forName(charset));
    String body = Base64.getMimeEncoder().encodeToString(encoded);
    return body(part("text/plain; charset=" + charset, "base64", body), needle);
  }

  @Test
  void readsUnknownCharsetsAsWindows1252AndBrokenTextAsFarAsItGoes() {
    assertThat(body(part("text/plain; charset=x-what", "quoted-printable", "=80=FC"), "€ü"))
        .isTrue();
    assertThat(body(part("text/plain; charset=utf-8", "quoted-printable", "a=FCb"), "a\uFFFDb"))
        .isTrue();
    assertThat(body(part("text/plain; charset=us-ascii", "8bit", "grüße"), "GRÜ")).isTrue();
    assertThat(body(part("text/plain", "x-what", "as it is"), "it is")).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      value = {
        "<p>one <b>two</b></p>^one two^true",
        "<p>one <b>two</b></p>^<b>two^true",
        "f<i>o</i>o^foo^true",
        "<p>one</p><p>two^onetwo^false",
        "one|two^one two^true",
        "caf&eacute; &amp; bar^café & bar^true",
        "&#99;&#x61;fe;^cafe;^true",
        "a&nbsp;b^a b^true",
        "AT&T &unknown; x^at&t &unknown; x^true",
        "a<!-- b > -- c -->d^ad^true",
        "a<a title='>' x=\">\">b^ab^true",
        "1 < 2^1 < 2^true",
        "a<b^a<b^true",
        "a&am^a&am^true"
      })
  void looksAtHtmlAsSourceAndAsItsReaderSeesIt(String html, String needle, boolean found) {
    assertThat(body(part("text/html; charset=utf-8", "8bit", html), needle)).isEqualTo(found);
  }

  @Test
  void findsAnEmptyNeedleInEveryTextAndALineBreakInNone() {
    assertThat(body("", "")).isTrue();
    assertThat(text("Subject: x||a|b", "")).isTrue();
    assertThat(text("Subject: x||a|b", "a\r\nb")).isFalse();
    assertThat(header("Subject: a|", "Subject", "\r\n")).isFalse();
  }

  @Test
  void findsWhatLiesAcrossTheSlicesOfALargeBody() {
    for (String needle : new String[] {"needle", "nädel"}) {
      for (int at = 65_520; at < 65_545; at++) {
        String filler = "x".repeat(at);
        String start = "Subject: s|Content-Type: text/plain; charset=utf-8||";
        byte[] plain = octets(start + filler + needle + "x".repeat(70_000));
        byte[] html = octets(start.replace("plain", "html") + filler + "<b>" + needle + "</b>");

        assertThat(message(plain).matchesText(Needle.of(needle))).isTrue();
        assertThat(message(plain).matchesText(Needle.of(needle + needle))).isFalse();
        assertThat(message(html).matchesBody(Needle.of("x" + needle))).isTrue();
      }
    }
  }

  @Test
  void takesAnyOctetsAndAStructureOfAnother() {
    Random random = new Random(9);
    byte[] seed = octets(MIXED.replace("plain part", "<p>=C3&#1;</p>"));
    byte[] stranger = octets("x");
    String[] encodings = {"base64", "quoted-printable", "8bit"};
    String[] types = {"text/html; charset=utf-16", "text/plain; charset=gb2312", "text/html"};
    for (int i = 0; i < 3_000; i++) {
      String wrap = part(types[i % 3], encodings[i / 3 % 3], "");
      byte[] b = i % 2 == 0 ? seed.clone() : octets(wrap + new String(seed, ISO_8859_1));
      for (int n = random.nextInt(30); n > 0; n--) {
        b[random.nextInt(b.length)] = (byte) random.nextInt(256);
      }
      MessageText whole = message(b);
      StructureScanner scanner = new StructureScanner();
      scanner.update(b, 0, b.length);
      MessageText other =
          new MessageText((position, to) -> read(stranger, position, to), scanner.finish());

      for (String needle : new String[] {"zq-not-there", "zq-dört"}) {
        assertThat(whole.matchesText(Needle.of(needle))).isFalse();
        assertThat(whole.matchesHeader("From", Needle.of(needle))).isFalse();
        assertThat(whole.matchesHeader("Subject", Needle.of(needle))).isFalse();
        assertThat(other.matchesText(Needle.of(needle))).isFalse();
        assertThat(other.matchesHeader("subject", Needle.of(needle))).isFalse();
      }
    }
  }
}
