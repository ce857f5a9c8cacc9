package org.postroom.core.filter.check;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.ScannedContent;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.StagingArea;
import org.postroom.core.arrival.Submission;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.Settings;
import org.postroom.core.filter.Examined;
import org.postroom.core.filter.Finding;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.restriction.Consequence;
import org.postroom.core.table.Tables;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.StagedOctets;

class ContentChecksTest {
  private static final String MAIL =
      """
      Received: from a by b
      Subject: you have
       won
      From: a@b.test
      MIME-Version: 1.0
      Content-Type: multipart/mixed; boundary=cut

      before
      --cut
      Content-Type: application/x-program; name=a.exe
      X-Part: one

      program
      .dot
      --cut
      Content-Type: message/rfc822

      Subject: inner
      X-Inner: yes

      inner text
      --cut--
      """;

  @TempDir private Path folder;

  private static Examined mail(byte[] content, StagingArea area) {
    return new ExaminedMail(submission(StagedOctets.of(content)), List.of(), area, 0);
  }

  private static Submission submission(StagedContent content) {
    Submission.Client client =
        new Submission.Client(
            InetAddress.getLoopbackAddress(), "c.test", "helo", Optional.empty(), "ESMTP");
    return new Submission(
        new QueueId("Q1"),
        Origin.SMTP,
        client,
        Envelope.of(
            ReversePath.of(Address.parse("s@a.test")),
            List.of(Recipient.of(Address.parse("r@b.test")))),
        content,
        Instant.EPOCH);
  }

  private static ContentChecks checks(String mainCf, long steps) {
    Settings settings =
        Settings.read(List.of(FilterParams.ALL), MainCf.parse("main.cf", mainCf), Map.of());
    return new ContentChecks(settings, 102_400, Tables.builder().build(), steps);
  }

  private Finding found(String mainCf, byte[] content) {
    try (StagingArea area = new StagingArea(folder, StagingArea.Limits.DEFAULT)) {
      return checks(mainCf, ContentChecks.STEPS).examine(mail(content, area));
    }
  }

  /** What comes of it, on one line; edited content as far as it is not what it was. */
  private String said(String mainCf, String mail) {
    byte[] octets = mail.replace("\n", "\r\n").getBytes(UTF_8);
    try (StagingArea area = new StagingArea(folder, StagingArea.Limits.DEFAULT)) {
      Finding finding = checks(mainCf, ContentChecks.STEPS).examine(mail(octets, area));
      StringBuilder said = new StringBuilder();
      finding
          .remarks()
          .forEach(
              one ->
                  said.append(one.action())
                      .append(' ')
                      .append(one.about())
                      .append(one.text().isEmpty() ? "" : ": " + one.text())
                      .append("; "));
      if (finding instanceof Finding.Refused refused) {
        return (said + refused.reply().toString()).replace("\n", "\\n");
      }
      Finding.Passed passed = (Finding.Passed) finding;
      passed.consequences().forEach(each -> said.append(each).append("; "));
      if (passed.edited().isPresent()) {
        StagedContent edited = (StagedContent) passed.edited().get();
        assertThat(edited.structure())
            .isEqualTo(
                new ScannedContent(Content.of(edited.toBytes()), new MemoryBudget(1 << 20))
                    .structure());
        said.append(difference(mail, new String(edited.toBytes(), UTF_8).replace("\r\n", "\n")));
        edited.close();
      }
      assertThat(area.staged()).isZero();
      assertThat(area.memoryInUse()).isZero();
      return said.toString().strip().replace("\n", "\\n");
    }
  }

  private static String difference(String before, String after) {
    int from = 0;
    while (from < Math.min(before.length(), after.length())
        && before.charAt(from) == after.charAt(from)) {
      from++;
    }
    int tail = 0;
    while (tail < Math.min(before.length(), after.length()) - from
        && before.charAt(before.length() - 1 - tail) == after.charAt(after.length() - 1 - tail)) {
      tail++;
    }
    return "["
        + before.substring(from, before.length() - tail)
        + "] -> ["
        + after.substring(from, after.length() - tail)
        + "]";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "header_checks ~ /^subject: .*won/ REJECT ~ reject header Subject: you have\\n won: 5.7.1"
            + " message content rejected; 550 5.7.1 message content rejected",
        "header_checks ~ /^Subject:/ REJECT no thanks ~ reject header Subject: you have\\n won: 5.7.1"
            + " no thanks; 550 5.7.1 no thanks",
        "header_checks ~ /^From:/ REJECT 4.2.1 later ~ reject header From: a@b.test: 4.2.1 later; 451"
            + " 4.2.1 later",
        "header_checks ~ /^From:/ REJECT 5.1.2 never ~ reject header From: a@b.test: 5.1.2 never; 550"
            + " 5.1.2 never",
        "header_checks ~ /^From:/ reject ~ reject header From: a@b.test: 5.7.1 message content"
            + " rejected; 550 5.7.1 message content rejected",
        "header_checks ~ /^From:/ DISCARD gone ~ discard header From: a@b.test: gone; Discard[];",
        "header_checks ~ /^From:/ HOLD ~ hold header From: a@b.test; Hold[];",
        "header_checks ~ /^(From|Subject):/ HOLD ~ hold header Subject: you have\\n won; Hold[];",
        "header_checks ~ /^From:/ WARN look ~ warning header From: a@b.test: look;",
        "header_checks ~ /^From:/ INFO ~ info header From: a@b.test;",
        "header_checks ~ /^From:/ DUNNO ~ ''",
        "header_checks ~ /^From:/ OK ~ ''",
        "header_checks ~ /^From:/ NONSENSE x ~ warning header From: a@b.test: unknown command in"
            + " header_checks map: NONSENSE;",
        "header_checks ~ /^From:/ BCC c@d.test ~ bcc header From: a@b.test: c@d.test;"
            + " Bcc[recipient=c@d.test];",
        "header_checks ~ /^From:/ BCC nobody ~ warning header From: a@b.test: bad BCC address"
            + " \"nobody\" in header_checks map -- need user@domain;",
        "header_checks ~ /^From:/ REDIRECT c@d.test ~ redirect header From: a@b.test: c@d.test;"
            + " Redirect[recipient=c@d.test];",
        "header_checks ~ /^From:/ FILTER smtp:[127.0.0.1]:10025 ~ filter header From: a@b.test:"
            + " smtp:[127.0.0.1]:10025; Filter[destination=smtp:[127.0.0.1]:10025];",
        "header_checks ~ /^From:/ FILTER smtp ~ warning header From: a@b.test: bad FILTER command"
            + " smtp in header_checks -- need transport:destination;",
        "header_checks ~ /^Subject: you/ IGNORE ~ [Subject: you have\\n won\\n] -> []",
        "header_checks ~ /^Subject: you/ STRIP why ~ strip header Subject: you have\\n won: why; [Subject:"
            + " you have\\n won\\n] -> []",
        "header_checks ~ /^From:/ PREPEND X-New: 1 ~ prepend header From: a@b.test: X-New: 1; [] ->"
            + " [X-New: 1\\n]",
        "header_checks ~ /^From:/ PREPEND no field ~ warning header From: a@b.test: bad PREPEND header"
            + " text \"no field\" in header_checks map -- need \"headername: headervalue\";",
        "header_checks ~ /^From:/ REPLACE ~ warning header From: a@b.test: REPLACE action without text"
            + " in header_checks map;",
        "header_checks ~ /^Subject: (you.*)/ REPLACE Subject: old, $1 ~ replace header Subject: you"
            + " have\\n won: Subject: old, you have\\n won; [] -> [old, ]",
        "header_checks ~ /^X-Part:/ REJECT ~ reject header X-Part: one: 5.7.1 message content"
            + " rejected; 550 5.7.1 message content rejected",
        "header_checks ~ /^X-Inner:/ REJECT ~ reject header X-Inner: yes: 5.7.1 message content"
            + " rejected; 550 5.7.1 message content rejected",
        "mime_header_checks ~ /name=.*\\.exe/ REJECT ~ reject header Content-Type:"
            + " application/x-program; name=a.exe: 5.7.1 message content rejected; 550 5.7.1 message"
            + " content rejected",
        "mime_header_checks ~ /^MIME-Version:/ IGNORE ~ [MIME-Version: 1.0\\n] -> []",
        "mime_header_checks ~ /^Subject:/ REJECT ~ ''",
        "nested_header_checks ~ /^Subject: (.*)/ REPLACE Subject: (checked) $1 ~ replace header"
            + " Subject: inner: Subject: (checked) inner; [] -> [(checked) ]",
        "nested_header_checks ~ /^X-Part:/ REJECT ~ ''",
        "body_checks ~ /^program/ REJECT ~ reject body program: 5.7.1 message content rejected; 550"
            + " 5.7.1 message content rejected",
        "body_checks ~ /^inner text$/ REPLACE inner word ~ replace body inner text: inner word; [text]"
            + " -> [word]",
        "body_checks ~ /^program/ PREPEND look: ~ prepend body program: look:; [] -> [look:\\n]",
        "body_checks ~ /^\\.dot/ IGNORE ~ [.dot\\n] -> []",
        "body_checks ~ /^(before|--cut)/ WARN ~ warning body before; warning body --cut; warning body"
            + " --cut; warning body --cut--;",
        "body_checks ~ /^Subject/ REJECT ~ ''",
        "body_checks ~ /^$/ REJECT ~ ''",
      })
  @Shows("A4.12")
  void doesWhatTheTableSays(String map, String rule, String comes) {
    String mainCf = map + " = pcre:{{" + rule.replace("$", "$$") + "}}\n";

    assertThat(said(mainCf, MAIL)).isEqualTo(comes);
  }

  @Test
  void stopsWhereATableSaysSo() {
    String tables =
        "header_checks = pcre:{{/^Subject:/ PASS ok}}\nbody_checks = pcre:{{/x/ REJECT}}\n";

    assertThat(said(tables, MAIL)).isEqualTo("pass header Subject: you have\\n won: ok;");
  }

  @Test
  void takesFieldsOfPartsForTheirKindOnly() {
    String tables =
        """
        header_checks = pcre:{{/^Subject: you/ INFO header}}
        mime_header_checks = pcre:{{/^X-Part:/ INFO mime}}
        nested_header_checks = pcre:{{/^Subject: inner/ INFO nested}}
        """;

    assertThat(said(tables, MAIL))
        .isEqualTo(
            "info header Subject: you have\\n won: header; info header X-Part: one: mime; info header"
                + " Subject: inner: nested;");
  }

  @Test
  void looksAtTheFirstOctetsOfEachPartOnly() {
    String body = "0123456\n".repeat(20);
    String mail = MAIL.replace("program\n", body + "late\n").replace("inner text", "late");

    assertThat(said("body_checks_size_limit = 100\nbody_checks = pcre:{{/^late/ INFO}}\n", mail))
        .isEqualTo("info body late;");
    assertThat(said("body_checks_size_limit = 0\nbody_checks = pcre:{{/^late/ INFO}}\n", mail))
        .isEqualTo("info body late; info body late;");
  }

  @Test
  void looksAtLongLinesInPieces() {
    String mail = "Subject: x\n\n" + "a".repeat(600) + "b".repeat(600) + "\nend\n";
    String tables = "line_length_limit = 600\nbody_checks = pcre:{{/^b+$$/ REPLACE c}}\n";

    assertThat(said(tables, mail)).endsWith("[" + "b".repeat(600) + "] -> [c]");
  }

  @Test
  void aFieldIsLookedAtAsFarAsAHeaderMayGo() {
    String mail = "Subject: " + "a".repeat(200_000) + "secret\nX-Next: 1\n\nbody\n";

    assertThat(said("header_checks = pcre:{{/secret/ REJECT}}\n", mail)).isEmpty();
    assertThat(said("header_checks = pcre:{{/^X-Next/ INFO}}\n", mail))
        .isEqualTo("info header X-Next: 1;");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Subject: gr\u00fc\u00df\r\n\r\n", "Subject: gr\u00fc\u00df"})
  void octetsOfAnyCharsetStayWhatTheyAre(String latin1) {
    byte[] octets = latin1.getBytes(ISO_8859_1);
    try (StagingArea area = new StagingArea(folder, StagingArea.Limits.DEFAULT)) {
      Finding.Passed passed =
          (Finding.Passed)
              checks("header_checks = pcre:{{/^(Subject:.*)/ REPLACE $$1!}}\n", 1_000_000)
                  .examine(mail(octets, area));

      assertThat(new String(passed.edited().orElseThrow().toBytes(), ISO_8859_1))
          .startsWith("Subject: gr\u00fc\u00df!\r\n");
    }
  }

  @Test
  void whatIsPutInIsOneField() {
    byte[] mail = "Subject: a\r\n b\r\nFrom: c\r\n\r\nbody\r\n".getBytes(UTF_8);
    String table = "header_checks = pcre:{{/^(Subject: a\\n) b/ REPLACE $${1}Bcc: x@y.test}}\n";
    try (StagingArea area = new StagingArea(folder, StagingArea.Limits.DEFAULT)) {
      Finding.Passed passed = (Finding.Passed) checks(table, 1_000_000).examine(mail(mail, area));

      assertThat(new String(passed.edited().orElseThrow().toBytes(), UTF_8))
          .startsWith("Subject: a\r\n Bcc: x@y.test\r\nFrom: c\r\n\r\n");
    }
  }

  @Test
  void theWholeOfAMailIsBounded() {
    byte[] mail = ("Subject: x\r\n\r\n" + ("a".repeat(60) + "\r\n").repeat(700)).getBytes(UTF_8);
    String tables = "body_checks_size_limit = 0\nbody_checks = pcre:{{/^(a+)+b/ REJECT}}\n";
    try (StagingArea area = new StagingArea(folder, StagingArea.Limits.DEFAULT)) {
      assertThatThrownBy(() -> checks(tables, 1_000_000).examine(mail(mail, area)))
          .isInstanceOf(LookupUnavailable.class);
      ContentChecks harmless = checks("body_checks = pcre:{{/b/ REJECT}}\n", 1_000_000);
      assertThat(harmless.examine(mail(mail, area))).isEqualTo(Finding.NOTHING);
      ContentChecks many = checks("body_checks = pcre:{{/b/ REJECT}}\n", 10_000);
      assertThatThrownBy(() -> many.examine(mail(mail, area)))
          .isInstanceOf(LookupUnavailable.class)
          .hasMessageContaining("takes too long");
    }
  }

  @Test
  void oneMailFillsNoLog() {
    String mail = "Subject: x\n\n" + "line\n".repeat(1000);

    Finding finding =
        found("body_checks = pcre:{{/line/ WARN}}\n", mail.replace("\n", "\r\n").getBytes(UTF_8));

    assertThat(finding.remarks()).hasSize(100);
  }

  @Test
  void ofThoseThatExcludeEachOtherTheLastCounts() {
    String tables =
        """
        nested_header_checks =
        header_checks = pcre:{{/^Subject:/ FILTER smtp:a}, {/^From:/ FILTER smtp:b}}
        """;

    Finding finding = found(tables, MAIL.replace("\n", "\r\n").getBytes(UTF_8));

    assertThat(((Finding.Passed) finding).consequences())
        .containsExactly(new Consequence.Filter("smtp:b"));
  }
}
