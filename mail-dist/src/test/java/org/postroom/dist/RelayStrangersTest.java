package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.testing.Shows;

/** Over a real socket, a stranger gets nothing passed on, however he writes the address. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RelayStrangersTest {
  private final RelayHouse house = new RelayHouse();
  private final RelayHop hop = house.relayhost();

  @BeforeAll
  void start() {
    house
        .set("mynetworks", "192.0.2.0/24") // the loopback is a stranger
        .set("mydestination", "mail.example.org, localhost")
        .set("relay_domains", "relayed.example.net")
        .set("smtpd_hard_error_limit", "1000")
        .set("smtpd_error_sleep_time", "0s")
        .start();
  }

  @AfterAll
  void stop() {
    house.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<victim@foreign.test>",
        "<VICTIM@Foreign.TEST>",
        "<victim@foreign.test.>",
        "<victim@.foreign.test>",
        "<victim@foreign..test>",
        "<victim%foreign.test@example.org>",
        "<victim%foreign.test@mail.example.org>",
        "<victim%foreign.test@localhost>",
        "<victim%foreign.test@[127.0.0.1]>",
        "<victim%foreign.test@relayed.example.net>",
        "<victim%foreign.test%example.org@example.org>",
        "<victim%foreign.test@>",
        "<victim%foreign.test>",
        "<foreign.test!victim>",
        "<foreign.test!victim@example.org>",
        "<foreign.test!victim@mail.example.org>",
        "<example.org!foreign.test!victim@example.org>",
        "<\"victim@foreign.test\"@example.org>",
        "<\"victim@foreign.test\"@mail.example.org>",
        "<\"victim@foreign.test\"@relayed.example.net>",
        "<\"victim%foreign.test\"@example.org>",
        "<\"foreign.test!victim\"@example.org>",
        "<\"victim@foreign.test\">",
        "<\"victim\\@foreign.test\"@example.org>",
        "<victim@foreign.test@example.org>",
        "<victim@example.org@foreign.test>",
        "<@example.org:victim@foreign.test>",
        "<@mail.example.org,@example.org:victim@foreign.test>",
        "<@example.org:victim%foreign.test@example.org>",
        "<victim@[203.0.113.7]>",
        "<victim@[IPv6:2001:db8::7]>",
        "<victim@[IPv6:::ffff:203.0.113.7]>",
        "<victim@[foreign.test]>",
        "<victim@example.org.foreign.test>",
        "<victim@xexample.org>",
        "<victim@sub.example.org>",
        "<victim@xrelayed.example.net>",
        "<victim@relayed.example.net.foreign.test>",
        "<postmaster@foreign.test>",
        "<postmaster%foreign.test@example.org>",
        "<\"postmaster@foreign.test\"@mail.example.org>",
        "<foreign.test!postmaster@mail.example.org>",
        "<abuse@foreign.test>",
        "<<victim@foreign.test>@example.org>",
        "<victim@foreign.test,ada@example.org>",
        "<ada@example.org><victim@foreign.test>",
        "victim@foreign.test",
        " <victim@foreign.test>",
        "<victim@foreign.test> NOTIFY=NEVER ORCPT=rfc822;ada@example.org",
        "<>",
        "<@>",
        "<@foreign.test>",
      })
  @Shows("A4.7")
  void nobodyIsReached(String path) throws Exception {
    for (String sender : new String[] {"<>", "<ada@example.org>", "<victim@foreign.test>"}) {
      try (SmtpDialogue dialogue = house.dialogue()) {
        assertThat(dialogue.say("MAIL FROM:" + sender)).startsWith("250");

        assertThat(dialogue.say("RCPT TO:" + path)).matches("[45]\\d\\d .*");

        assertThat(dialogue.say("DATA")).matches("[45]\\d\\d .*");
      }
    }
    assertThat(house.server().inside().queue().size()).isZero();
    assertThat(hop.visits()).isEmpty();
  }

  @Test
  void ourOwnPeopleAreReached() throws Exception {
    for (String path : new String[] {"<ada@example.org>", "<@any.test:ada@EXAMPLE.org>"}) {
      try (SmtpDialogue dialogue = house.dialogue()) {
        dialogue.say("MAIL FROM:<stranger@foreign.test>");
        assertThat(dialogue.say("RCPT TO:" + path)).startsWith("250");
        assertThat(dialogue.say("DATA")).startsWith("354");
        assertThat(
                dialogue.content(
                    out -> out.write("Subject: x\r\n\r\n".getBytes(StandardCharsets.UTF_8))))
            .startsWith("250");
      }
    }

    assertThat(house.inbox()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"permit", "permit_mynetworks", "permit_sasl_authenticated, permit", " ", "check"})
  void aConfigurationThatWouldPassOnForAnybodyDoesNotStart(String restrictions) {
    try (RelayHouse open = new RelayHouse()) {
      open.set("smtpd_relay_restrictions", restrictions)
          .set("smtpd_recipient_restrictions", restrictions);

      assertThatThrownBy(open::start)
          .isInstanceOf(BadConfiguration.class)
          .hasMessageContaining("smtpd_re");
    }
  }
}
