package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.BodyPart;
import jakarta.mail.Session;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.auth.AccountId;
import org.postroom.core.auth.Accounts;
import org.postroom.core.testing.Shows;
import org.postroom.core.transcript.SocketPeer;

/**
 * What senders hear of mail that failed or arrived (RFC 3461, 3464), read by a stranger's parser.
 */
@Tag("two-clocks")
final class RelayReportsTest {
  private static final String MESSAGE =
      "From: ada@example.org\r\nSubject: hello\r\n\r\nhello world\r\n";

  private final RelayHouse house = new RelayHouse();
  private final RelayHop hop = house.relayhost();

  @BeforeEach
  void start() {
    house.start();
  }

  @AfterEach
  void stop() {
    house.close();
  }

  /** It would be lost, or keep the mail it speaks of in the queue for ever. */
  @Test
  void aReportForAFullMailboxWaitsUntilThereIsRoom() throws Exception {
    hop.always("RCPT TO:<b", "550 5.1.1 no such user");
    Accounts accounts = house.server().inside().accounts();
    AccountId ada = accounts.byLogin("ada@example.org").orElseThrow().id();
    accounts.setQuota(ada, 1);

    house.send("bob@example.net", MESSAGE);
    house.until(
        () ->
            house.queued().stream()
                .anyMatch(
                    waiting ->
                        waiting.recipient().address().toString().equals("ada@example.org")
                            && waiting.lastReason().startsWith("4.2.2")));
    accounts.setQuota(ada, 0);
    house.retryUntilEmpty();

    assertThat(house.inbox()).hasSize(1);
    assertThat(house.inbox().get(0)).contains("Undelivered Mail Returned to Sender");
  }

  @Test
  @Shows("A4.2")
  void whateverIsSaidHasTheNameOfTheHost() throws Exception {
    hop.always("RCPT TO:<b", "550 5.1.1 no such user");
    try (SocketPeer client = SocketPeer.to(house.server().address(Role.MX))) {
      assertThat(client.readLine()).startsWith("220 mail.example.org ESMTP");
      client.send("HELO there\r\n");
      assertThat(client.readLine()).isEqualTo("250 mail.example.org");
    }

    house.send(
        "<ada@example.org>",
        List.of("<bob@example.net>", "<carol@example.net>"),
        "From: ada\r\nSubject: names\r\n\r\n".getBytes(UTF_8));

    assertThat(hop.await().latin1())
        .contains(
            "\tby mail.example.org (Postroom) with ESMTP id ",
            "\r\nFrom: ada@mail.example.org\r\n");
    assertThat(hop.heard()).contains("EHLO mail.example.org");
    assertThat(house.awaitInbox(1).get(0))
        .contains("\r\nFrom: Mail Delivery System <MAILER-DAEMON@mail.example.org>\r\n")
        .contains("\r\nReporting-MTA: dns; mail.example.org\r\n")
        .containsPattern("\r\nMessage-Id: <[^@]*@mail\\.example\\.org>\r\n");
    house.awaitEmptyQueue();
  }

  @Test
  @Shows("A6.9")
  void aFailureSaysWhatWhoAndWhyAndBringsTheMailBack() throws Exception {
    hop.always("RCPT TO:<b", "550-5.1.1 No such\r\n550 5.1.1 user");

    house.send(
        "<ada@example.org> ENVID=order+2B42",
        List.of("<bob@example.net> ORCPT=rfc822;Bobby@example.net", "<carol@example.net>"),
        MESSAGE.getBytes(UTF_8));

    MimeMessage report = read(house.awaitInbox(1).get(0));
    assertThat(report.getHeader("Return-Path")).containsExactly("<>");
    assertThat(report.getHeader("Auto-Submitted")).containsExactly("auto-replied");
    assertThat(report.getSubject()).isEqualTo("Undelivered Mail Returned to Sender");
    assertThat(report.getHeader("To")).containsExactly("ada@example.org");
    ContentType type = new ContentType(report.getContentType());
    assertThat(type.match("multipart/report")).isTrue();
    assertThat(type.getParameter("report-type")).isEqualTo("delivery-status");
    MimeMultipart parts = new MimeMultipart(report.getDataHandler().getDataSource());
    assertThat(parts.getCount()).isEqualTo(3);
    assertThat(text(parts.getBodyPart(0)))
        .contains("<bob@example.net> (expanded from <Bobby@example.net>): ", "550 5.1.1 No such")
        .doesNotContain("carol");

    assertThat(parts.getBodyPart(1).isMimeType("message/delivery-status")).isTrue();
    ByteArrayInputStream fields =
        new ByteArrayInputStream(text(parts.getBodyPart(1)).getBytes(UTF_8));
    InternetHeaders mail = new InternetHeaders(fields);
    assertThat(mail.getHeader("Original-Envelope-Id")).containsExactly("order+42");
    assertThat(mail.getHeader("Reporting-MTA")).containsExactly("dns; mail.example.org");
    assertThat(mail.getHeader("Arrival-Date")).containsExactly(arrival(mail));
    InternetHeaders bob = new InternetHeaders(fields);
    assertThat(bob.getHeader("Original-Recipient")).containsExactly("rfc822;Bobby@example.net");
    assertThat(bob.getHeader("Final-Recipient")).containsExactly("rfc822; bob@example.net");
    assertThat(bob.getHeader("Action")).containsExactly("failed");
    assertThat(bob.getHeader("Status")).containsExactly("5.1.1");
    assertThat(bob.getHeader("Remote-MTA")).containsExactly("dns; 127.0.0.1");
    assertThat(bob.getHeader("Diagnostic-Code", null)).startsWith("smtp; ").contains("550 5.1.1");
    assertThat(fields.available()).isZero();

    assertThat(parts.getBodyPart(2).isMimeType("message/rfc822")).isTrue();
    assertThat(text(parts.getBodyPart(2))).startsWith("Received: ").endsWith(MESSAGE);
  }

  /** It must read as a date of the house's clock. */
  private String arrival(InternetHeaders mail) throws Exception {
    String date = mail.getHeader("Arrival-Date", null);
    assertThat(new jakarta.mail.internet.MailDateFormat().parse(date).toInstant())
        .isEqualTo(house.time.instant());
    return date;
  }

  @Test
  void bringsBackTheHeaderOnlyWhereThatWasAskedFor() throws Exception {
    hop.always("RCPT", "550 5.1.1 No");

    house.send("<ada@example.org> RET=HDRS", List.of("<bob@example.net>"), MESSAGE.getBytes(UTF_8));

    MimeMultipart parts =
        new MimeMultipart(read(house.awaitInbox(1).get(0)).getDataHandler().getDataSource());
    assertThat(parts.getBodyPart(2).isMimeType("text/rfc822-headers")).isTrue();
    assertThat(text(parts.getBodyPart(2)))
        .contains("Subject: hello\r\n")
        .doesNotContain("hello world");
  }

  @ParameterizedTest
  @CsvSource({
    "550 5.1.1 No, NEVER, ",
    "550 5.1.1 No, SUCCESS, ",
    "550 5.1.1 No, DELAY, ",
    "550 5.1.1 No, FAILURE, Action: failed",
    "250 2.1.5 Ok, FAILURE, ",
    "250 2.1.5 Ok, NEVER, ",
    "250 2.1.5 Ok, SUCCESS, Action: relayed",
  })
  void tellsWhatTheSenderWantsToHear(String answer, String notify, String told) throws Exception {
    hop.offers("PIPELINING", "8BITMIME").always("RCPT", answer);

    house.send(
        "<ada@example.org>",
        List.of("<bob@example.net> NOTIFY=" + notify),
        MESSAGE.getBytes(UTF_8));

    house.awaitEmptyQueue();
    if (told == null) {
      assertThat(house.inbox()).isEmpty();
    } else {
      assertThat(house.inbox()).singleElement().asString().contains(told);
    }
  }

  @Test
  void leavesTellingOfSuccessToAServerThatCan() throws Exception {
    house.send(
        "<ada@example.org>", List.of("<bob@example.net> NOTIFY=SUCCESS"), MESSAGE.getBytes(UTF_8));

    hop.await();
    house.awaitEmptyQueue();
    assertThat(hop.heard()).contains("RCPT TO:<bob@example.net> NOTIFY=SUCCESS");
    assertThat(house.inbox()).isEmpty();
  }

  @Test
  @Shows("A6.9")
  void nobodyIsToldOfANotificationThatFailed() throws Exception {
    hop.always("RCPT", "550 5.1.1 No");

    house.send("<>", List.of("<bob@example.net>"), MESSAGE.getBytes(UTF_8));

    house.awaitEmptyQueue();
    assertThat(house.inbox()).isEmpty();
    assertThat(hop.unread()).isZero();
  }

  private static MimeMessage read(String message) throws Exception {
    return new MimeMessage(
        Session.getInstance(new Properties()), new ByteArrayInputStream(message.getBytes(UTF_8)));
  }

  private static String text(BodyPart part) throws Exception {
    return new String(part.getInputStream().readAllBytes(), UTF_8);
  }
}
