package org.postroom.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.queue.QueueControl;

/** What access(5) tables and header_checks(5) have done with a mail, as its recipients see it. */
class AccessActionsTest {

  private static SmtpHouse house(String parameter, String value, String... more) {
    Map<String, String> settings = new java.util.HashMap<>();
    settings.put(parameter, value);
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return SmtpHouse.with(settings);
  }

  private static String send(SmtpHouse house, String... recipients) {
    try (Talk talk = Talk.greeted(house.listen(org.postroom.smtp.server.Role.MX))) {
      talk.ask("MAIL FROM:<grace@example.net>");
      for (String recipient : recipients) {
        assertThat(talk.ask("RCPT TO:<" + recipient + ">")).startsWith("250");
      }
      talk.ask("DATA");
      return talk.ask("Subject: hello\r\n\r\nhello\r\n.");
    }
  }

  private static List<String> queued(SmtpHouse house) {
    return house.queued().stream()
        .flatMap(mail -> mail.recipients().stream())
        .map(one -> one.recipient().address().toString())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "smtpd_client_restrictions",
        "smtpd_helo_restrictions",
        "smtpd_sender_restrictions",
        "smtpd_recipient_restrictions",
        "smtpd_data_restrictions"
      })
  void aFieldStandsAboveOurTraceLineWhicheverListSaysIt(String list) {
    for (String delayed : List.of("yes", "no")) {
      try (SmtpHouse house =
          house(
              list,
              "check_client_access static:{PREPEND X-List: " + list + "}",
              "smtpd_delay_reject",
              delayed)) {
        send(house, "ada@example.org", "bob@example.org");

        assertThat(house.inbox("ada@example.org"))
            .singleElement()
            .asString()
            .contains("\r\nX-List: " + list + "\r\nReceived: ")
            .containsOnlyOnce("X-List");
      }
    }
  }

  @Test
  void aFieldStandsInFrontWhenItIsSaidAtTheEnd() {
    try (SmtpHouse house =
        house(
            "smtpd_end_of_data_restrictions",
            "check_client_access static:{PREPEND X-End: 1}",
            "smtpd_data_restrictions",
            "check_client_access static:{PREPEND X-Data: 1}")) {
      send(house, "ada@example.org");

      assertThat(house.inbox("ada@example.org"))
          .singleElement()
          .asString()
          .contains("\r\nX-End: 1\r\nX-Data: 1\r\nReceived: ")
          .containsOnlyOnce("X-Data");
    }
  }

  @Test
  void whatIsHeldIsInNoMailbox() {
    try (SmtpHouse house =
        house(
            "smtpd_recipient_restrictions",
            "check_recipient_access inline:{bob@example.org=HOLD}")) {
      assertThat(send(house, "ada@example.org", "bob@example.org")).startsWith("250 2.0.0");

      assertThat(house.held()).hasSize(1);
      assertThat(queued(house)).containsExactlyInAnyOrder("ada@example.org", "bob@example.org");
    }
  }

  @Test
  void copiesAndRedirections() {
    try (SmtpHouse house =
        house("smtpd_sender_restrictions", "check_sender_access static:{BCC bob@example.org}")) {
      send(house, "ada@example.org");
      assertThat(house.inbox("ada@example.org")).hasSize(1);
      assertThat(house.inbox("bob@example.org")).hasSize(1);
    }
    try (SmtpHouse house =
        house(
            "smtpd_sender_restrictions", "check_sender_access static:{REDIRECT bob@example.org}")) {
      send(house, "ada@example.org");
      assertThat(house.inbox("bob@example.org")).hasSize(1);
      assertThat(queued(house)).isEmpty();
    }
  }

  @Test
  void whatTheTablesOfAnEarlierMailSaidIsForgotten() {
    try (SmtpHouse house =
        house(
            "smtpd_recipient_restrictions",
            "check_recipient_access inline:{bob@example.org=HOLD}")) {
      send(house, "bob@example.org");
      try (Talk talk = Talk.greeted(house.listen(org.postroom.smtp.server.Role.MX))) {
        talk.ask("MAIL FROM:<grace@example.net>");
        talk.ask("RCPT TO:<bob@example.org>");
        talk.ask("RSET");
        talk.toData("grace@example.net", "ada@example.org");
        assertThat(talk.ask("Subject: x\r\n\r\n.")).startsWith("250");
      }
      assertThat(house.held()).extracting(QueueControl.Listed::recipients).hasSize(1);
      assertThat(house.inbox("ada@example.org")).hasSize(1);
    }
  }

  @Test
  void aHeaderThatIsChangedStaysReadable() {
    try (SmtpHouse house =
        house("header_checks", "pcre:{{/^Subject: (.*)/ REPLACE Subject: [seen] $$1}}")) {
      send(house, "ada@example.org");

      assertThat(house.inbox("ada@example.org"))
          .singleElement()
          .asString()
          .contains("\r\nSubject: [seen] hello\r\n\r\nhello\r\n");
      assertThat(house.staged()).isZero();
    }
  }
}
