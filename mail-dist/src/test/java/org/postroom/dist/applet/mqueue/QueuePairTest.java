package org.postroom.dist.applet.mqueue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.delivery.QueuedMail.CameFrom;
import org.postroom.dist.operation.QueueOperations.WaitingMail;
import org.postroom.dist.operation.QueueOperations.WaitingRecipient;

/** What sendmail 8 has in its queue for a mail. */
final class QueuePairTest {
  private static final String CONTROL =
      """
      V8
      T1700000000
      K1700000600
      N3
      P120345
      I253/1/1234567
      MDeferred: Connection refused by mx.far.test.
      Fbwn8s
      $_client.example [192.0.2.7]
      $rESMTP
      $sclient.example
      ${daemon_flags}
      S<ada@example.org>
      A<>
      Zorder+2B42
      MDeferred: 450 4.2.0 later
      Qrfc822;Bob@far.test
      rRFC822; bob@far.test
      RPFD:<bob@far.test>
      RPNSF:eve@other.test
      RPN:root
      H?P?Return-Path: <\u0081g>
      H??Received: from client.example (client.example [192.0.2.7])
      \tby mail.example.org (8.17.1/8.17.1) with ESMTP id 3AEM1234567890;
      \tTue, 14 Nov 2023 22:13:20 GMT
      H?D?Date: Tue, 14 Nov 2023 22:13:20 GMT
      H?F?From: ada@example.org
      H?x?Full-Name: Ada
      H?M?Message-Id: <1@example.org>
      HSubject: hello
      .
      """;

  @TempDir private Path folder;

  private QueuePair pair(String control, String body) throws Exception {
    Path file = folder.resolve("qf3AEM1234567890");
    Files.writeString(file, control, ISO_8859_1);
    Files.writeString(folder.resolve("df3AEM1234567890"), body, ISO_8859_1);
    return QueuePair.of(file);
  }

  private static String text(QueuePair pair) throws IOException {
    try (InputStream in = pair.content()) {
      return new String(in.readAllBytes(), ISO_8859_1);
    }
  }

  @Test
  void allThatItKeepsIsKnown() throws Exception {
    QueuePair pair = pair(CONTROL, "line\n.dot\nlast");

    assertThat(text(pair))
        .isEqualTo(
            """
            Received: from client.example (client.example [192.0.2.7])
            \tby mail.example.org (8.17.1/8.17.1) with ESMTP id 3AEM1234567890;
            \tTue, 14 Nov 2023 22:13:20 GMT
            Date: Tue, 14 Nov 2023 22:13:20 GMT
            From: ada@example.org
            Message-Id: <1@example.org>
            Subject: hello

            line
            .dot
            last"""
                .replace("\n", "\r\n"));
    String reason = "Deferred: 450 4.2.0 later";
    assertThat(pair.mail())
        .isEqualTo(
            new WaitingMail(
                "3AEM1234567890",
                "hold",
                "2023-11-14T22:13:20Z",
                text(pair).length(),
                "ada@example.org",
                "7BIT",
                false,
                Optional.of("order+2B42"),
                Optional.of("HDRS"),
                Optional.of(false),
                Optional.of(
                    new CameFrom(
                        "192.0.2.7",
                        "client.example",
                        "client.example",
                        "ESMTP",
                        Optional.empty(),
                        Optional.empty())),
                Optional.empty(),
                List.of(
                    to("bob@far.test", Optional.of("rfc822;Bob@far.test"), List.of(), reason),
                    to("eve@other.test", Optional.empty(), List.of("SUCCESS", "FAILURE"), reason),
                    to("root", Optional.empty(), List.of("NEVER"), reason))));
  }

  private static WaitingRecipient to(
      String address, Optional<String> original, List<String> notify, String reason) {
    return new WaitingRecipient(
        address,
        original,
        notify,
        "parked",
        "smtp:" + address.substring(address.indexOf('@') + 1),
        3,
        Optional.of("2023-11-14T22:23:20Z"),
        Optional.empty(),
        reason,
        true,
        false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "S<> | sender=, ",
        "Sroot | sender=root,",
        "B8BITMIME | body=8BITMIME",
        "K0 | lastAttempt=Optional.empty",
        "$_ada@localhost | submitter=Optional[ada]",
        "$_localhost [IPv6:::1] | address=::1",
        "${auth_authen}ada | submitter=Optional[ada]",
      })
  void aLineSaysSo(String line, String said) throws Exception {
    QueuePair pair = pair(CONTROL.replace("\n.\n", "\n" + line + "\n.\n"), "x\n");

    assertThat(pair.mail().toString()).contains(said);
  }

  /** What a mail was sent to, and by whose word it goes on, is a line for each recipient. */
  @Test
  void byWhichAliasARecipientCameIsNotKept() throws Exception {
    String control = CONTROL.replace("RPN:root\n", "C:staff\nRPN:root\nCada:1000:100:ada\nC\n");

    assertThat(pair(control, "x\n").mail()).isEqualTo(pair(CONTROL, "x\n").mail());
  }

  /** A sender's header says nothing to the queue. */
  @Test
  void aCrAloneEndsNoLine() throws Exception {
    QueuePair pair =
        pair(CONTROL.replace("Subject: hello", "Subject: a\rR:victim@far.test\rSx@y"), "x\n");

    assertThat(pair.mail().recipients()).hasSize(3);
    assertThat(pair.mail().sender()).isEqualTo("ada@example.org");
    assertThat(text(pair)).contains("Subject: a\rR:victim@far.test\rSx@y\r\n\r\n");
  }

  @Test
  void aReasonIsOneLineForWhoReadsIt() throws Exception {
    QueuePair pair = pair(CONTROL.replace("MDeferred: 450", "M\u001b[2J\r450"), "x\n");

    assertThat(pair.mail().recipients().get(0).reason()).isEqualTo("[2J 450 4.2.0 later");
  }

  @Test
  void whatIsNotInAsciiIsSaid() throws Exception {
    assertThat(pair(CONTROL, "\u00e9\n").mail().body()).isEqualTo("8BITMIME");
    assertThat(pair(CONTROL.replace("<bob", "<b\u00c3\u00b6b"), "x\n").mail())
        .satisfies(mail -> assertThat(mail.smtpUtf8()).isTrue())
        .satisfies(
            mail -> assertThat(mail.recipients().get(0).address()).isEqualTo("b\u00f6b@far.test"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "V8 ; V9 ; , line 1: expected a version of 1 to 8",
        "T1700000000 ; Tsoon ; , line 2: expected a number",
        "N3 ; N-3 ; , line 4: expected a number",
        "RPN:root ; RPN:|/bin/cat ; , line 21: expected an address",
        "RPN:root ; RPN:\"|/bin/cat x\" ; , line 21: expected an address",
        "RPN:root ; RPN:\"/var/x\" ; , line 21: expected an address",
        "P120345 ; @120345 ; , line 5: no line of sendmail 8 begins with @",
        "HSubject: hello ; Hhello ; , line 30: expected a header",
        "I253/1/1234567 ; '\t253' ; , line 6: goes on with a header",
        "Zorder+2B42 ; B9BIT ; , line 15: expected 7BIT or 8BITMIME",
        "S<ada@example.org> ; Y ; expected a line with S, the sender",
        "T1700000000 ; Y ; expected a line with T, the time",
      })
  void whatIsWrongIsSaidWithItsLine(String good, String bad, String said) {
    assertThatThrownBy(() -> pair(CONTROL.replace(good + "\n", bad + "\n"), "x\n"))
        .isInstanceOf(BadQueueFile.class)
        .hasMessageContaining("qf3AEM1234567890")
        .hasMessageContaining(said);
  }

  @Test
  void whatIsNotWholeIsNotTaken() throws Exception {
    assertThatThrownBy(() -> pair(CONTROL.replace("\n.\n", "\n"), "x\n"))
        .isInstanceOf(BadQueueFile.class)
        .hasMessageContaining("expected a line with a dot at its end");
    Path alone = Files.writeString(folder.resolve("qf1"), CONTROL, ISO_8859_1);
    assertThatThrownBy(() -> QueuePair.of(alone))
        .isInstanceOf(BadQueueFile.class)
        .hasMessageContaining("there is no df1");
  }

  @Test
  void theBodyMayLieInAFolderOfItsOwn() throws Exception {
    Path control = Files.createDirectories(folder.resolve("q/qf")).resolve("qf1");
    Files.writeString(control, CONTROL, ISO_8859_1);
    Files.writeString(Files.createDirectory(folder.resolve("q/df")).resolve("df1"), "there\n");

    assertThat(text(QueuePair.of(control))).endsWith("\r\n\r\nthere\r\n");
  }

  @ParameterizedTest
  @CsvSource({"qf1, true", "df1, false", "Qf1, false", "qf, false", "qf1.imported, false"})
  void filesAreKnownByTheirNames(String name, boolean isOne) {
    assertThat(QueuePair.isOne(folder.resolve(name))).isEqualTo(isOne);
  }
}
