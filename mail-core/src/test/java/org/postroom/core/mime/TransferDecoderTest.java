package org.postroom.core.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In the tables {@code |} is CRLF and {@code _} a blank. */
class TransferDecoderTest {

  private static byte[] octets(String text) {
    return text.replace("|", "\r\n").replace('_', ' ').getBytes(ISO_8859_1);
  }

  private static String text(byte[] b) {
    return new String(b, ISO_8859_1).replace("\r\n", "|").replace(' ', '_');
  }

  /** Decodes in pieces of these lengths, the last one again and again. */
  private static byte[] decode(String encoding, byte[] b, int... pieces) {
    TransferDecoder decoder = TransferDecoder.of(Octets.latin1(encoding)).orElseThrow();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int at = 0;
    int piece = 0;
    while (at < b.length) {
      int length = Math.min(b.length - at, pieces[Math.min(piece++, pieces.length - 1)]);
      byte[] target = new byte[TransferDecoder.room(length)];
      out.write(target, 0, decoder.decode(b, at, length, target, 0));
      at += length;
    }
    byte[] target = new byte[TransferDecoder.room(0)];
    out.write(target, 0, decoder.finish(target, 0));
    return out.toByteArray();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      value = {
        "a=3Db^a=b",
        "=41=6a=4A^AjJ",
        "soft=|break^softbreak",
        "soft=__|break^softbreak",
        "hard|break^hard|break",
        "blanks___|go^blanks|go",
        "blanks_stay_=|here^blanks_stay_here",
        "a_b__c^a_b__c",
        "100=% =x =4 =4g^100=%_=x_=4_=4g",
        "=__x^=__x",
        "end=^end",
        "end=4^end=4",
        "end__^end",
        "==41^=A"
      })
  void decodesQuotedPrintableLeniently(String raw, String decoded) {
    assertThat(text(decode("quoted-PRINTABLE", octets(raw), 4096))).isEqualTo(decoded);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      value = {
        "YWJj^abc",
        "YWI=^ab",
        "YQ==^a",
        "YQ^a",
        "YWI^ab",
        "Y^''",
        "YW|Jj^abc",
        "Y!W-J_j^abc",
        "YQ==YWJj^aabc",
        "YWJj====YWJj^abcabc"
      })
  void decodesBase64AndSkipsGarbage(String raw, String decoded) {
    assertThat(text(decode("Base64", octets(raw), 4096))).isEqualTo(decoded);
  }

  @Test
  void leavesIdentityEncodingsAloneAndKnowsNoOthers() {
    assertThat(text(decode("8bit", octets("a=3D|"), 1))).isEqualTo("a=3D|");
    assertThat(TransferDecoder.of(Octets.latin1("x-uuencode"))).isEmpty();
    assertThat(TransferDecoder.of(Octets.EMPTY)).isEmpty();
  }

  @Test
  void keepsMoreBlanksThanItHoldsBack() {
    byte[] raw = octets("a" + "_".repeat(1000) + "b=" + "_".repeat(1000) + "c");

    assertThat(decode("quoted-printable", raw, 7)).isEqualTo(raw);
  }

  @Test
  void givesBackWhatTheJdkEncoded() {
    Random random = new Random(3);
    for (int i = 0; i < 300; i++) {
      byte[] plain = new byte[random.nextInt(300)];
      random.nextBytes(plain);

      byte[] decoded = decode("base64", Base64.getMimeEncoder().encode(plain), 5);

      assertThat(decoded).isEqualTo(plain);
    }
  }

  @Test
  void makesNoDifferenceWhereTheOctetsAreCut() {
    Random random = new Random(4);
    String[] bits = {"=", "4", "g", " ", "\t", "\r\n", "\r", "\n", "ab", "\u00FC", "==", "QUJD"};
    for (int i = 0; i < 2_000; i++) {
      StringBuilder raw = new StringBuilder();
      for (int n = random.nextInt(14); n >= 0; n--) {
        raw.append(bits[random.nextInt(bits.length)]);
      }
      byte[] b = raw.toString().getBytes(ISO_8859_1);
      for (String encoding : new String[] {"quoted-printable", "base64"}) {
        byte[] whole = decode(encoding, b, b.length);
        for (int cut = 1; cut < b.length; cut++) {
          assertThat(decode(encoding, b, cut, b.length)).as(raw.toString()).isEqualTo(whole);
        }
        assertThat(decode(encoding, b, 1)).as(raw.toString()).isEqualTo(whole);
      }
    }
  }
}
