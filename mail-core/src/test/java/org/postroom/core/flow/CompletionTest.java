package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.Arriving;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.StagingArea;
import org.postroom.core.arrival.Submission;
import org.postroom.core.config.Settings;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.rewrite.Rewriting;
import org.postroom.core.table.Tables;

class CompletionTest {
  @TempDir private Path folder;

  /** What became of content behind the trace line; {@code |} stands for CRLF. */
  private String completed(Origin origin, String content, String... settings) {
    Settings.Builder given =
        Settings.builder(PolicyParams.ALL, FlowParams.ALL, AliasParams.ALL)
            .set("myhostname", "mx.example.org");
    for (int i = 0; i < settings.length; i += 2) {
      given.set(settings[i], settings[i + 1]);
    }
    Settings all = given.build();
    OwnAddresses own = new OwnAddresses(List.of(), List.of());
    Tables tables = Tables.builder().build();
    Rewriting rewriting = Rewriting.of(all, Policy.of(all, own, tables), own, tables);
    Completion completion = new Completion(all, "mx.example.org", ZoneOffset.UTC, rewriting);
    Submission.Client client =
        new Submission.Client(
            InetAddress.getLoopbackAddress(), "localhost", "x", Optional.empty(), "ESMTP");
    Arriving mail =
        new Arriving(
            new QueueId("Q1"),
            origin,
            client,
            Envelope.of(
                ReversePath.of(Address.parse("ada@example.org")),
                List.of(Recipient.of(Address.parse("bob@example.org")))),
            Instant.EPOCH);
    try (StagingArea area = new StagingArea(folder, StagingArea.Limits.DEFAULT)) {
      String whole = null;
      byte[] octets = content.replace("|", "\r\n").getBytes(ISO_8859_1);
      for (int cut = 0; cut <= octets.length; cut++) {
        try (ArrivingContent arriving =
            completion.begin(mail, client, Optional.empty(), List.of(), area.open(0))) {
          arriving.write(octets, 0, cut);
          arriving.write(octets, cut, octets.length - cut);
          try (StagedContent staged = arriving.finish()) {
            String text = new String(staged.toBytes(), ISO_8859_1).replace("\r\n", "|");
            assertThat(whole == null ? text : whole).as("cut at %s", cut).isEqualTo(text);
            whole = text;
          }
        }
      }
      assertThat(whole).startsWith("Received: from x (localhost [127.0.0.1])|\tby mx.example.org");
      return String.valueOf(whole).substring(String.valueOf(whole).indexOf("+0000|") + 6);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "A: b||text|; A: b||text|",
        "||; ||",
        // No header, or no end of it.
        "hello|world|; |hello|world|",
        "A: b|text|more|; A: b||text|more|",
        "A: b|; A: b|",
        "A: b|c d: e||; A: b||c d: e||",
        // What would go on with our own field.
        "' ; forged|A: b||text|'; '| ; forged|A: b||text|'",
        "'\tby trusted|A: b||'; '|\tby trusted|A: b||'",
        // The separator of an mbox file.
        "From a@b Mon Jan  1 00:00:00 2024|A: b||x|;"
            + " X-Mailbox-Line: From a@b Mon Jan  1 00:00:00 2024|A: b||x|",
        ">>From a@b|A: b||x|; X-Mailbox-Line: >>From a@b|A: b||x|",
        "A: b|From c@d|; A: b||From c@d|",
        "From|; |From|",
        "From |; X-Mailbox-Line: From |",
        "From: a@b||; From: a@b||",
        // What nobody else may see.
        "BCC: x@y|A: b|Resent-bcc: c,|\td|Return-Path: <e>|Content-Length : 3||Bcc: f|;"
            + " A: b||Bcc: f|",
      })
  void givesEveryMailAHeader(String content, String completed) {
    assertThat(completed(Origin.SMTP, content)).isEqualTo(completed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "A: b||text|; {D}{M}{F}A: b||text|",
        "hello|; {D}{M}{F}|hello|",
        "' x|A: b||'; '{D}{M}{F}| x|A: b||'",
        "From a@b|A: b||; {D}{M}{F}X-Mailbox-Line: From a@b|A: b||",
        "Date: x|From: y|Message-ID: <z>||; Date: x|From: y|Message-ID: <z>||",
        "date: x|Bcc: y||; {M}{F}date: x||",
      })
  void addsWhatOurOwnUsersForget(String content, String completed) {
    String expected =
        completed
            .replace("{D}", "Date: Thu, 1 Jan 1970 00:00:00 +0000|")
            .replace("{M}", "Message-ID: <0.Q1@mx.example.org>|")
            .replace("{F}", "From: ada@example.org|");
    assertThat(completed(Origin.SUBMISSION, content)).isEqualTo(expected);
    assertThat(completed(Origin.SMTP, content, "always_add_missing_headers", "yes"))
        .isEqualTo(expected);
  }

  @Test
  void dropsWhatTheSettingsSay() {
    String content = "X-Secret: a|Bcc: b|A: c||";

    assertThat(completed(Origin.SMTP, content, "message_drop_headers", "x-secret"))
        .isEqualTo("Bcc: b|A: c||");
    assertThat(completed(Origin.SMTP, content, "message_drop_headers", "")).isEqualTo(content);
  }

  /** A header too long to be looked at gets no empty line in its middle. */
  @Test
  void leavesAHeaderWithoutEndAlone() {
    String content = "A: " + "x".repeat(1100) + "|B: c|hello|";

    assertThat(completed(Origin.SMTP, content, "header_size_limit", "1024")).isEqualTo(content);
  }
}
