package org.postroom.core.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the scanner sees, rule by rule. Here {@code |} in a message is CRLF. */
class StructureScannerTest {

  private static final String MIXED =
      "MIME-Version: 1.0|Content-Type: multipart/mixed; boundary=b|Subject: s||before|--b|"
          + "Content-Type: text/html; charset=utf-8||hello||--b|"
          + "Content-Type: message/rfc822||From: in@x|Content-Type: multipart/alternative;"
          + " boundary=\"b c\"||--b c||one|--b c|Content-Type: image/png||two|--b c--||--b|"
          + "Content-Type: application/pdf; name*0*=utf-8''a; name*1=\"b c\"|"
          + "Content-Disposition: attachment; filename=a b.pdf||x|--b--|after|";

  private static byte[] octets(String text) {
    return text.replace("|", "\r\n").getBytes(ISO_8859_1);
  }

  private static MessageStructure scan(String text) {
    return scan(octets(text));
  }

  private static MessageStructure scan(byte[] b) {
    StructureScanner scanner = new StructureScanner();
    scanner.update(b, 0, b.length);
    return scanner.finish();
  }

  private static String text(String message, long offset, long length) {
    return new String(octets(message), (int) offset, (int) length, ISO_8859_1).replace("\r\n", "|");
  }

  private static String body(String message, MimePart p) {
    return text(message, p.bodyOffset(), p.bodyLength());
  }

  /** {@code type/subtype(params) encoding} of a part and all below it. */
  private static String tree(MimePart p) {
    StringBuilder out = new StringBuilder();
    out.append(p.type()).append('/').append(p.subtype());
    for (MimeParameter parameter : p.parameters()) {
      out.append(';').append(parameter.name()).append('=').append(parameter.value());
    }
    if (!p.children().isEmpty()) {
      out.append(p.children().stream().map(StructureScannerTest::tree).toList());
    }
    p.embedded().ifPresent(m -> out.append('{').append(tree(m.root())).append('}'));
    return out.toString();
  }

  private static String envelope(MessageEnvelope e) {
    StringBuilder out = new StringBuilder();
    e.accept(
        new MessageEnvelope.Visitor() {
          @Override
          public void nil() {
            out.append(" NIL");
          }

          @Override
          public void string(byte[] b, int off, int len, MessageEnvelope.Kind kind) {
            out.append(" '").append(new String(b, off, len, ISO_8859_1)).append('\'');
            if (kind != MessageEnvelope.Kind.PLAIN) {
              out.append(kind.name().charAt(0));
            }
          }

          @Override
          public void beginList() {
            out.append(" (");
          }

          @Override
          public void endList() {
            out.append(')');
          }

          @Override
          public void beginAddress() {
            out.append('(');
          }

          @Override
          public void endAddress() {
            out.append(')');
          }
        });
    return out.substring(1);
  }

  /** The To list of a message that has nothing else. */
  private static String to(String value) {
    String all = envelope(scan("To: " + value + "||").envelope());
    return all.substring(
        "NIL NIL NIL NIL NIL ".length(), all.length() - " NIL NIL NIL NIL".length());
  }

  static List<String> messages() {
    return List.of(
        MIXED,
        "",
        "|",
        "Subject: no end",
        "a: b|c: d||body",
        "Content-Type: multipart/mixed; boundary=b||--b",
        "Content-Type: multipart/mixed; boundary=b||--b|a: b|--b||x|--b--",
        "Content-Type: multipart/mixed; boundary=b||-|--|--c|-- |--b  |||--b--|-",
        "Content-Type: message/rfc822||Content-Type: message/rfc822||Subject: x||y",
        "Content-Type: multipart/digest; boundary=b||--b||Subject: in||x|--b--|");
  }

  @ParameterizedTest
  @MethodSource("messages")
  void seesTheSameHoweverTheInputIsCut(String message) {
    byte[] b = octets(message);
    MessageStructure whole = scan(b);

    for (int cut = 0; cut <= b.length; cut++) {
      StructureScanner scanner = new StructureScanner();
      scanner.update(b, 0, cut);
      scanner.update(ByteBuffer.wrap(b, cut, b.length - cut).asReadOnlyBuffer());
      assertThat(scanner.finish()).isEqualTo(whole);
    }
    StructureScanner single = new StructureScanner();
    for (int i = 0; i < b.length; i++) {
      single.update(b, i, 1);
    }
    assertThat(single.finish()).isEqualTo(whole);
    assertThat(whole.size()).isEqualTo(b.length);
    assertThat(MessageStructure.decode(whole.encode())).isEqualTo(whole);
    assertThat(MessageStructure.decode(whole.encodeWithoutEnvelope(), whole.envelope()))
        .isEqualTo(whole);
  }

  @Test
  void splitsAMessageIntoItsParts() {
    MessageStructure s = scan(MIXED);

    assertThat(tree(s.root()))
        .isEqualTo(
            "multipart/mixed;boundary=b[text/html;charset=utf-8, message/rfc822{"
                + "multipart/alternative;boundary=b c[text/plain;charset=us-ascii, image/png]},"
                + " application/pdf;name*=utf-8''ab%20c]");
    assertThat(body(MIXED, s.part(1).orElseThrow())).isEqualTo("hello|");
    assertThat(s.part(1).orElseThrow().bodyLength()).isEqualTo(7);
    assertThat(s.part(1).orElseThrow().lines()).isEqualTo(1);
    assertThat(body(MIXED, s.part(2, 1).orElseThrow())).isEqualTo("one");
    assertThat(body(MIXED, s.part(2, 2).orElseThrow())).isEqualTo("two");
    assertThat(s.part(3).orElseThrow().disposition()).contains(Octets.latin1("attachment"));
    assertThat(s.part(3).orElseThrow().dispositionParameters())
        .containsExactly(new MimeParameter(Octets.latin1("filename"), Octets.latin1("a b.pdf")));
    assertThat(s.part(4)).isEmpty();
    assertThat(s.part(1, 1)).isEmpty();
    assertThat(s.part(2, 3)).isEmpty();
    assertThat(s.part(0)).isEmpty();
    assertThat(s.part()).isEmpty();
  }

  @Test
  void numbersThePartsOfPlainAndEmbeddedMessages() {
    assertThat(scan("a: b||x").part(1).orElseThrow().bodyOffset()).isEqualTo(8);

    MessageStructure s = scan("Content-Type: message/rfc822||Subject: in||x|");
    assertThat(s.part(1)).contains(s.root());
    assertThat(s.part(1, 1)).contains(s.root().embedded().orElseThrow().root());
    assertThat(s.root().lines()).isEqualTo(3);
    assertThat(envelope(s.root().embedded().orElseThrow().envelope())).startsWith("NIL 'in'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "Subject: x||b ~ text/plain;charset=us-ascii",
        "Content-Type: text||b ~ text/;charset=us-ascii",
        "Content-Type: ;x=y||b ~ text/plain;charset=us-ascii",
        "Content-Type: TEXT/Html||b ~ TEXT/Html;charset=us-ascii",
        "Content-Type: text/plain; format=flowed||b ~ text/plain;format=flowed;charset=us-ascii",
        "Content-Type: a/b|Content-Type: c/d||b ~ a/b",
        "Content-Type : a/b (c) ; d = e||b ~ a/b;d=e",
        "Content-Type: a/b; c=\"d\\\"; e\"; f=g||b ~ a/b;c=d\"; e;f=g",
        "Content-Type: a/b; n*1=y; n*0=x; m=1||b ~ a/b;n=xy;m=1",
        "Content-Type: a/b; n*0=x; n*2=z||b ~ a/b;n=x;n*2=z",
        "Content-Type: multipart/alternative||b ~ multipart/alternative[text/plain;charset=us-ascii]",
        "Content-Type: multipart/x; boundary=q||b ~ multipart/x;boundary=q[text/plain;charset=us-ascii]",
        "Content-Type: message/delivery-status||b ~ message/delivery-status",
        "no colon|Content-Type: a/b||b ~ a/b",
        "Content-Type: multipart/digest; boundary=b||--b||Subject: i||x|--b-- ~ multipart/digest;boundary=b[message/rfc822{text/plain;charset=us-ascii}]",
        "Content-Type: multipart/mixed; boundary=b||--bx||x|--b y|Content-Type: a/b||x ~ multipart/mixed;boundary=b[text/plain;charset=us-ascii, a/b]",
        "Content-Type: multipart/mixed; boundary=b||--b|Content-Type: multipart/mixed; boundary=bb||--bb||x|--b||y|--b-- ~ multipart/mixed;boundary=b[multipart/mixed;boundary=bb[text/plain;charset=us-ascii], text/plain;charset=us-ascii]",
      })
  void seesTheTypes(String message, String tree) {
    assertThat(tree(scan(message).root())).isEqualTo(tree);
  }

  @Test
  void ignoresContentFieldsWhenTheMailIsNotMime() {
    MimePart p = scan("Content-ID: <x>|Content-Transfer-Encoding: base64||b").root();

    assertThat(p.id()).isEmpty();
    assertThat(p.encoding().latin1()).isEqualTo("7bit");
  }

  @Test
  void readsTheOtherContentFields() {
    MimePart p =
        scan("MIME-Version: 1.0|Content-ID: <x>|Content-Description: a|  b|Content-MD5: m|"
                + "Content-Language: en, fi (c)|Content-Location: l|"
                + "Content-Transfer-Encoding: BASE64 (x)|Content-Transfer-Encoding: 8bit||b")
            .root();

    assertThat(p.id()).contains(Octets.latin1("<x>"));
    assertThat(p.description()).contains(Octets.latin1("a  b"));
    assertThat(p.md5()).contains(Octets.latin1("m"));
    assertThat(p.languages()).containsExactly(Octets.latin1("en"), Octets.latin1("fi"));
    assertThat(p.location()).contains(Octets.latin1("l"));
    assertThat(p.encoding().latin1()).isEqualTo("BASE64");
  }

  @Test
  void endsAHeaderAtTheParentsBoundary() {
    String message = "Content-Type: multipart/mixed; boundary=b||--b|a: b|--b||x|--b--";

    MessageStructure s = scan(message);

    MimePart cut = s.part(1).orElseThrow();
    assertThat(text(message, cut.headerOffset(), cut.headerLength())).isEqualTo("a: b");
    assertThat(cut.bodyLength()).isZero();
    assertThat(body(message, s.part(2).orElseThrow())).isEqualTo("x");
  }

  @Test
  void takesTheLongestBoundaryAndTheExactOneFirst() {
    String message =
        "Content-Type: multipart/mixed; boundary=foo--||--foo--|Content-Type: multipart/mixed;"
            + " boundary=foo||--foo||x|--foo--||--foo----|";

    assertThat(tree(scan(message).root()))
        .isEqualTo(
            "multipart/mixed;boundary=foo--[multipart/mixed;boundary=foo["
                + "text/plain;charset=us-ascii]]");
  }

  @Test
  void leavesUnsplitWhatIsNestedTooDeep() {
    StringBuilder message = new StringBuilder();
    for (int i = 0; i < 150; i++) {
      message.append("Content-Type: message/rfc822||");
    }

    MimePart p = scan(message.toString()).root();
    int depth = 1;
    while (p.embedded().isPresent()) {
      p = p.embedded().get().root();
      depth++;
    }

    assertThat(depth).isEqualTo(ScanLimits.DEPTH);
    assertThat(tree(p)).isEqualTo("application/octet-stream");
  }

  @Test
  void stopsSplittingAtSoManyParts() {
    String message = "Content-Type: multipart/mixed; boundary=b||" + "--b||x|".repeat(12_000);

    MessageStructure s = scan(message);

    assertThat(s.root().children()).hasSize(ScanLimits.PARTS - 1);
    assertThat(s.size()).isEqualTo(octets(message).length);
    assertThat(MessageStructure.decode(s.encode())).isEqualTo(s);
  }

  @Test
  void readsWhatStandsBehindAFieldThatIsTooLong() {
    byte[] message = octets("To: " + "y".repeat(20 * ScanLimits.FIELD) + "|Cc: a@b||c");

    MessageStructure s = scan(message);

    assertThat(s.headerLength()).isEqualTo(message.length - 1);
    assertThat(s.envelope().isCut()).isTrue();
    assertThat(envelope(s.envelope()))
        .isEqualTo("NIL NIL NIL NIL NIL NIL (( NIL NIL 'a' 'b')) NIL NIL NIL");
  }

  // --- what is kept of a message that is made to be large

  @Test
  void aLongListEndsAtTheLastWholeAddressThatFits() {
    String list =
        IntStream.range(0, 5000)
            .mapToObj(i -> "\"A, " + i + "\" <user" + i + "@example.org>")
            .collect(joining(","));

    for (String message :
        List.of("To: " + list + "||", "To: " + list.substring(0, ScanLimits.FIELD - 20) + "||")) {
      MessageEnvelope envelope = scan(message).envelope();

      String shown = envelope(envelope);
      assertThat(envelope.isCut()).isTrue();
      assertThat(envelope.encode()).hasSizeLessThan(ScanLimits.ENVELOPE);
      assertThat(shown.substring(0, 80))
          .startsWith("NIL NIL NIL NIL NIL (( 'A, 0' NIL 'user0' 'example.org')( 'A");
      List<String> addresses = Arrays.asList(shown.split("\\)?\\( "));
      assertThat(addresses).hasSizeGreaterThan(700);
      for (int i = 1; i < addresses.size() - 1; i++) {
        int number = i - 1;
        assertThat(addresses.get(i))
            .isEqualTo("'A, " + number + "' NIL 'user" + number + "' 'example.org'");
      }
    }
  }

  @Test
  void listsShareTheirRoomAndGroupsAreClosed() {
    String many = "x@y,".repeat(12_000);

    MessageEnvelope first = scan("From: a@b|To: g: " + many + ";, z@z|Cc: c@d||").envelope();
    MessageEnvelope last = scan("Cc: c@d|From: a@b|To: g: " + many + "||").envelope();

    assertThat(first.encode()).hasSizeLessThan(ScanLimits.ENVELOPE);
    assertThat(tail(first)).endsWith("( NIL NIL 'x' 'y')( NIL NIL NIL NIL)) NIL NIL NIL NIL");
    assertThat(tail(last))
        .endsWith("( NIL NIL 'x' 'y')( NIL NIL NIL NIL)) (( NIL NIL 'c' 'd')) NIL NIL NIL");
    assertThat(first.isCut() && last.isCut()).isTrue();
  }

  private static String tail(MessageEnvelope envelope) {
    String all = envelope(envelope);
    return all.substring(all.length() - 200);
  }

  @Test
  void aLongSubjectEndsBetweenWordsOrCharacters() {
    String word = "=?utf-8?Q?" + "=C3=A4".repeat(10) + "?= ";
    String words = subject("Subject: " + word.repeat(300) + "||");
    String characters = subject("Subject: a" + "\u00c3\u00a4".repeat(5000) + "||");

    assertThat(words.length()).isBetween(ScanLimits.TEXT - 80, ScanLimits.TEXT);
    assertThat(words + " ").isEqualTo(word.repeat((words.length() + 1) / word.length()));
    assertThat(characters).hasSize(ScanLimits.TEXT - 1).endsWith("\u00c3\u00a4");
    assertThat(scan("Subject: " + "x".repeat(ScanLimits.TEXT) + "||").envelope().isCut()).isFalse();
  }

  private static String subject(String message) {
    MessageEnvelope envelope = scan(message).envelope();
    assertThat(envelope.isCut()).isTrue();
    String shown = envelope(envelope);
    return shown.substring(5, shown.lastIndexOf('\''));
  }

  static List<String> bombs() {
    String parameters = IntStream.range(0, 500).mapToObj(i -> ";p" + i + "=v").collect(joining());
    String part =
        "--b|Content-Type: text/plain; name=\"" + "n".repeat(900) + "\"|Content-Description: d||x|";
    String fields =
        List.of("Subject", "Date", "From", "To", "Cc", "Bcc", "Sender", "Reply-To", "Message-ID")
            .stream()
            .map(name -> name + ": " + "<a@b>, ".repeat(20_000) + "|")
            .collect(joining());
    String content =
        List.of("ID", "Description", "MD5", "Location", "Language", "Disposition", "Type").stream()
            .map(name -> "Content-" + name + ": a/b;" + "c=d, ".repeat(20_000) + "|")
            .collect(joining());
    return List.of(
        "y".repeat(3 << 20),
        "Subject: " + "y".repeat(3 << 20),
        "To: " + "a@b, ".repeat(600_000),
        "To: x|".repeat(300_000),
        "X-Header: y|".repeat(200_000),
        fields,
        content,
        (fields + content + "Content-Type: message/rfc822||").repeat(4),
        ("Subject: " + "s".repeat(3000) + "|Content-Type: message/rfc822||").repeat(120),
        "Content-Type: multipart/mixed; boundary=b||" + part.repeat(3000),
        "Content-Type: multipart/mixed; boundary=b||" + "--b||x|".repeat(12_000),
        "Content-Type: multipart/digest; boundary=b||"
            + ("--b||Subject: " + "s".repeat(3000) + "|To: a@b||x|").repeat(800),
        "Content-Type: multipart/mixed; boundary=b||"
            + ("--b|Content-Type: a/b" + parameters + "||x|").repeat(500));
  }

  /**
   * And takes as long as its octets do: what costs more with each field never ends in this time.
   */
  @ParameterizedTest
  @MethodSource("bombs")
  @Timeout(20)
  void holdsLittleOfAMessageThatIsMadeToBeLarge(String message) {
    byte[] octets = octets(message);
    StructureScanner scanner = new StructureScanner();
    int most = 0;
    for (int at = 0; at < octets.length; at += 4096) {
      scanner.update(octets, at, Math.min(4096, octets.length - at));
      most = Math.max(most, scanner.held());
    }

    MessageStructure s = scanner.finish();

    int header =
        2 * ScanLimits.FIELD + 2 * ScanLimits.ENVELOPE + 10 * ScanLimits.CONTENT_FIELD * 20;
    assertThat(most).isLessThan(ScanLimits.STRUCTURE + header);
    assertThat(s.size()).isEqualTo(octets.length);
    assertThat(s.envelope().encode()).hasSizeLessThan(ScanLimits.ENVELOPE);
    assertThat(s.encodeWithoutEnvelope()).hasSizeLessThan(ScanLimits.STRUCTURE);
    assertThat(MessageStructure.decode(s.encode())).isEqualTo(s);
    assertWithin(s.root(), 0, octets.length);
    envelope(s.envelope());
  }

  /** What a session holds while nothing but header comes. */
  @Test
  void anUnfinishedHeaderCostsLittle() {
    for (String name : List.of("", "Subject: ", "To: ", "Content-Type: ", "X-Y: ")) {
      byte[] octets = octets(name + "y".repeat(1 << 20));
      StructureScanner scanner = new StructureScanner();

      scanner.update(octets, 0, octets.length);

      assertThat(scanner.held())
          .as(name)
          .isLessThan(name.startsWith("X") || name.isEmpty() ? 2000 : 2 * ScanLimits.FIELD);
    }
  }

  @Test
  void notesNulAndEightBitOctets() {
    assertThat(scan("a: b||0123456789\u0000").hasNul()).isTrue();
    assertThat(scan("a: b||0123456789\u0000").has8Bit()).isFalse();
    assertThat(scan("a: b||012\u00e4456789abcdef").has8Bit()).isTrue();
    assertThat(scan("a: b||012\u0001\u007f56789abcdef"))
        .satisfies(s -> assertThat(s.hasNul() || s.has8Bit()).isFalse());
  }

  @Test
  void movesWhenHeaderLinesAreAddedInFront() {
    String extra = "Return-Path: <a@b>|";

    assertThat(scan(MIXED).shifted(octets(extra).length)).isEqualTo(scan(extra + MIXED));
  }

  @Test
  void readsTheEnvelope() {
    assertThat(
            envelope(
                scan("Date: Mon,  1|Date:  Tue,|  2 |Subject: a|\t b   \"c\"|From: A <a@b>|"
                        + "Sender:|Cc: c@d|Cc: e@f|In-Reply-To: <i>|Message-ID: <m>|Bcc: ,||")
                    .envelope()))
        .isEqualTo(
            "'Tue,  2' 'a b \"c\"'E (( 'A' NIL 'a' 'b')) (( 'A' NIL 'a' 'b')) (( 'A' NIL 'a' 'b'))"
                + " NIL (( NIL NIL 'c' 'd')( NIL NIL 'e' 'f')) NIL '<i>' '<m>'");
    assertThat(envelope(scan("Subject:||").envelope()))
        .isEqualTo("NIL '' NIL NIL NIL NIL NIL NIL NIL NIL");
    assertThat(envelope(scan("Subject: \u00e4\u0000||").envelope()))
        .startsWith("NIL '\u00e4\u0080'R");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "a@b ~ ( NIL NIL 'a' 'b')",
        "a@b (Real Name) ~ ( 'Real Name' NIL 'a' 'b')",
        "user (x)@ (y) host ~ ( NIL NIL 'user' 'host')",
        "\"Q, \\\"x\\\"\"  y <a@b> ~ ( 'Q, \"x\" y'E NIL 'a' 'b')",
        "\"l o\\\\c\"@b ~ ( NIL NIL 'l o\\c'E 'b')",
        "x@y <a@b> ~ ( 'x@y' NIL 'a' 'b')",
        "<@r,@s:a@b> ~ ( NIL '@r,@s' 'a' 'b')",
        "N <a.b . c @ d . e> ~ ( 'N' NIL 'a.b.c' 'd.e')",
        "joe ~ ( NIL NIL 'joe' 'MISSING_DOMAIN')",
        "@host ~ ( NIL NIL 'MISSING_MAILBOX' 'host')",
        "g: a@b, c@d; , e@f ~ ( NIL NIL 'g' NIL)( NIL NIL 'a' 'b')( NIL NIL 'c' 'd')( NIL NIL NIL NIL)( NIL NIL 'e' 'f')",
        "undisclosed: (nobody) ; ~ ( NIL NIL 'undisclosed' NIL)( NIL NIL NIL NIL)",
        "a@[1.2.3.4] ~ ( NIL NIL 'a' '[1.2.3.4]')",
        "N <a@b, c@d ~ ( 'N' NIL 'a' 'b')( NIL NIL 'c' 'd')",
      })
  void readsAddresses(String value, String expected) {
    assertThat(to(value)).isEqualTo("(" + expected + ")");
  }

  @Test
  void filtersHeaderFieldsWithTheirFolding() {
    HeaderFields fields = HeaderFields.of(octets("A: 1|nameless|b : 2|  3|a: 4||C: no"));

    assertThat(new String(fields.fields(Set.of("a")), ISO_8859_1))
        .isEqualTo("A: 1\r\na: 4\r\n\r\n");
    assertThat(new String(fields.fieldsNot(Set.of("A")), ISO_8859_1))
        .isEqualTo("nameless\r\nb : 2\r\n  3\r\n\r\n");
    assertThat(fields)
        .extracting(f -> f.name() + "=" + f.value())
        .containsExactly("A=1", "=nameless", "b=2  3", "a=4");
    assertThat(new String(HeaderFields.of(octets("A: 1")).fields(Set.of("A")), ISO_8859_1))
        .isEqualTo("A: 1\r\n\r\n");
  }

  @Test
  void survivesAnyOctets() {
    String[] words = {
      "\r\n",
      "\r\n\r\n",
      "--b",
      "--b--",
      "Content-Type: ",
      "multipart/mixed; boundary=b",
      "message/rfc822",
      "text/plain",
      "To: ",
      "From: ",
      "<",
      ">",
      "@",
      ",",
      ";",
      ":",
      "(",
      ")",
      "\"",
      "\\",
      "\u0000",
      "\u00ff",
      " ",
      "\t",
      "a",
      "*0*=",
      "--",
      "-",
      "\r",
      "\n",
      "[",
      "]",
      "Content-Language: ",
      "Content-Disposition: ",
      "MIME-Version: 1.0\r\n"
    };
    Random random = new Random(20261124);
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(60); i > 0; i--) {
        text.append(words[random.nextInt(words.length)]);
      }
      byte[] b = text.toString().getBytes(ISO_8859_1);

      MessageStructure whole = scan(b);
      int cut = random.nextInt(b.length + 1);
      StructureScanner scanner = new StructureScanner();
      scanner.update(b, 0, cut);
      scanner.update(b, cut, b.length - cut);

      assertThat(scanner.finish()).as("%s", text).isEqualTo(whole);
      assertThat(MessageStructure.decode(whole.encode())).isEqualTo(whole);
      assertWithin(whole.root(), 0, b.length);
      envelope(whole.envelope());
    }
  }

  private static void assertWithin(MimePart p, long from, long to) {
    assertThat(p.headerOffset()).isBetween(from, to);
    assertThat(p.headerLength()).isNotNegative();
    assertThat(p.bodyLength()).isNotNegative();
    assertThat(p.lines()).isNotNegative();
    assertThat(p.bodyOffset() + p.bodyLength()).isLessThanOrEqualTo(to);
    for (MimePart child : p.children()) {
      assertWithin(child, p.bodyOffset(), p.bodyOffset() + p.bodyLength());
    }
    p.embedded()
        .ifPresent(m -> assertWithin(m.root(), p.bodyOffset(), p.bodyOffset() + p.bodyLength()));
  }

  @Test
  void refusesDamagedStoredFormsByName() {
    byte[] stored = scan(MIXED).encode();

    for (int length = 0; length < stored.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(stored, length);
      assertThatThrownBy(() -> MessageStructure.decode(cut)).isInstanceOf(CorruptStructure.class);
    }
    assertThatThrownBy(() -> MessageEnvelope.decode(new byte[0]))
        .isInstanceOf(CorruptStructure.class);
  }
}
