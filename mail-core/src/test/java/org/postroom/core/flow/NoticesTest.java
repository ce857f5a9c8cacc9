package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.core.flow.FlowHouse.address;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.Account;
import org.postroom.core.config.Settings;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mail.Recipient.Notify;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.refusal.OverQuota;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.restriction.Consequence;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.StagedOctets;

/** What the postmaster hears beside a mail's sender, and what nobody hears. */
@Timeout(60)
class NoticesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String ADA = "ada@here.test";

  /** The postmaster's notices go to a host of their own, where they can be told apart. */
  private static FlowHouse.Plan hearing(String classes) {
    return FlowHouse.standing(PATIENCE)
        .reporting("notify_classes", classes)
        .reporting("bounce_notice_recipient", "bounces@notice.test")
        .reporting("2bounce_notice_recipient", "twice@notice.test")
        .reporting("delay_notice_recipient", "delays@notice.test");
  }

  private static Recipient recipient(String address, Notify... wishes) {
    return new Recipient(address(address), Set.of(wishes), Optional.empty());
  }

  /** To whom notices went, from whom. */
  private static List<String> notices(FlowHouse.Host postmaster) {
    return postmaster.mails.stream()
        .map(mail -> mail.sender() + " " + mail.recipients().get(0).recipient().address())
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "'', ada@here.test, '', 1, ",
    "'resource, software', ada@here.test, '', 1, ",
    "2bounce, ada@here.test, '', 1, ",
    "bounce, ada@here.test, '', 1, bounces@notice.test",
    "bounce, ada@here.test, NEVER, 0, bounces@notice.test",
    "bounce, ada@here.test, DELAY, 0, bounces@notice.test",
    "'', '', '', 0, ",
    "2bounce, '', '', 0, twice@notice.test",
    "bounce, '', '', 0, twice@notice.test",
    "bounce, double-bounce@mail.here.test, '', 0, ",
    "'bounce 2bounce delay', double-bounce@mail.here.test, '', 0, ",
  })
  void whoHearsOfAFailure(String classes, String sender, String wish, int told, String postmaster) {
    try (FlowHouse house = hearing(classes).open()) {
      house.refuses("far.test");
      FlowHouse.Host notified = house.living("notice.test");

      house.sendFrom(
          sender,
          wish.isEmpty()
              ? recipient("bob@far.test")
              : recipient("bob@far.test", Notify.valueOf(wish)));
      house.time.advance(Duration.ofSeconds(2));

      assertThat(house.inbox()).hasSize(told);
      assertThat(notices(notified))
          .isEqualTo(
              postmaster == null
                  ? List.of()
                  : List.of("double-bounce@mail.here.test " + postmaster));
      assertThat(house.stores.queue().size()).isZero();
      assertThat(house.staged()).isZero();
    }
  }

  /** He would be told of it, by a notice that fails as well, and so on. */
  @Test
  void aNoticeThatCannotBeDeliveredEndsThere() {
    try (FlowHouse house = hearing("bounce").open()) {
      house.refuses("far.test");
      FlowHouse.Host nobody = house.refuses("notice.test");

      house.send("bob@far.test");
      house.time.advance(Duration.ofDays(1));

      assertThat(nobody.mails).hasSize(1);
      assertThat(house.inbox()).hasSize(1);
      assertThat(house.stores.queue().size()).isZero();
    }
  }

  @Test
  void aCopyHasTheHeaderAndADoubleBounceTheWholeMail() {
    try (FlowHouse house =
        FlowHouse.standing(PATIENCE)
            .reporting("notify_classes", "bounce")
            .reporting("bounce_notice_recipient", ADA)
            .reporting("2bounce_notice_recipient", ADA)
            .open()) {
      house.refuses("far.test");

      house.sendFrom("eve@lost.test", recipient("bob@far.test", Notify.NEVER));
      house.time.advance(Duration.ofSeconds(2));
      house.sendFrom("", recipient("bob@far.test"));
      house.time.advance(Duration.ofSeconds(2));

      assertThat(house.inbox()).hasSize(2);
      assertThat(house.inbox().get(0))
          .startsWith("Return-Path: <double-bounce@mail.here.test>\r\n")
          .contains("\r\nSubject: Postmaster Copy: Undelivered Mail\r\n")
          .contains("\r\nAuto-Submitted: auto-generated\r\n")
          .contains("\r\nTo: ada@here.test\r\n")
          .contains("\r\nContent-Type: text/rfc822-headers\r\n")
          .contains("\r\nX-Postroom-Sender: rfc822; eve@lost.test\r\n")
          .contains("\r\nAction: failed\r\n")
          .doesNotContain("This is the mail system", "\r\nhello\r\n");
      assertThat(house.inbox().get(1))
          .contains("\r\nSubject: Postmaster Copy: Undelivered Mail\r\n")
          .contains("\r\nContent-Type: message/rfc822\r\n")
          .contains("\r\nhello\r\n");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', 1, 0",
    "'', NEVER, 0, 0",
    "delay, '', 1, 1",
    "delay, FAILURE, 0, 1",
    "bounce, FAILURE, 0, 0"
  })
  @Shows("A2.18")
  void ofADelayEachHearsOnce(String classes, String wish, int told, int notified) {
    try (FlowHouse house = hearing(classes).open()) {
      house.dead("far.test");
      FlowHouse.Host postmaster = house.living("notice.test");

      house.sendFrom(
          ADA,
          wish.isEmpty()
              ? recipient("bob@far.test")
              : recipient("bob@far.test", Notify.valueOf(wish)));
      house.time.advance(Duration.ofDays(1));

      assertThat(house.inbox()).hasSize(told);
      assertThat(house.inbox()).allSatisfy(r -> assertThat(r).contains("Action: delayed"));
      assertThat(notices(postmaster)).hasSize(notified);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "no, '', 1",
    "yes, '', 2",
    "yes, DELAY, 2",
    "yes, FAILURE, 0",
  })
  void whoHeardOfADelayMayHearOfItsEnd(String confirm, String wish, int told) {
    try (FlowHouse house =
        FlowHouse.standing(PATIENCE).reporting("confirm_delay_cleared", confirm).open()) {
      house.dead("far.test");
      house.sendFrom(
          ADA,
          wish.isEmpty()
              ? recipient("bob@far.test")
              : recipient("bob@far.test", Notify.valueOf(wish)));
      house.time.advance(Duration.ofHours(6));
      house.living("far.test");
      house.time.advance(Duration.ofHours(6));

      assertThat(house.inbox()).hasSize(told);
      assertThat(house.stores.queue().size()).isZero();
      if (told == 2) {
        assertThat(house.inbox().get(1))
            .contains("Subject: Successful Mail Delivery Report", "\r\nAction: relayed\r\n");
      }
    }
  }

  @Test
  void nobodyHearsOfTheEndOfADelayThatNobodyHeardOf() {
    try (FlowHouse house =
        FlowHouse.standing(PATIENCE).reporting("confirm_delay_cleared", "yes").open()) {
      house.dead("far.test");
      house.send("bob@far.test");
      house.time.advance(Duration.ofHours(1));
      house.living("far.test");
      house.time.advance(Duration.ofHours(6));

      assertThat(house.inbox()).isEmpty();
      assertThat(house.stores.queue().size()).isZero();
    }
  }

  /** The postmaster's copy must not hold back what the sender hears. */
  @Test
  void aCopyThatCannotBeRoutedNowIsLeftOut() {
    try (FlowHouse house =
        hearing("bounce")
            .comesHome(
                address -> {
                  if (address.domain().name().equals("notice.test")) {
                    throw new LookupUnavailable("no answer");
                  }
                  return false;
                })
            .open()) {
      house.refuses("far.test");

      house.send("bob@far.test");
      house.time.advance(Duration.ofSeconds(2));

      assertThat(house.inbox()).hasSize(1);
      assertThat(house.stores.queue().size()).isZero();
      assertThat(house.staged()).isZero();
    }
  }

  @Test
  void theHeaderOfALongMailEndsWhereItDoes() {
    String header = "Message-ID: <1@here.test>\r\nX-Long: " + "x".repeat(16_360) + "\r\n";
    for (int more = 0; more < 20; more++) {
      String fields = header + "X: " + "y".repeat(more) + "\r\n";
      try (FlowHouse house =
          FlowHouse.standing(PATIENCE)
              .reporting("bounce_size_limit", "20000")
              .reporting("enable_threaded_bounces", "yes")
              .open()) {
        house.refuses("far.test");

        house.flow.accept(
            house.mail("bob@far.test").with(StagedOctets.of(fields + "\r\n" + "z".repeat(20_000))));
        house.time.advance(Duration.ofSeconds(2));

        assertThat(house.inbox())
            .singleElement()
            .asString()
            .contains("\r\nIn-Reply-To: <1@here.test>\r\n")
            .contains("\r\n\r\n" + fields + "\r\n--")
            .doesNotContain("zzz");
      }
    }
  }

  /** One who wants to hear of success, and stands for others. */
  private static Expanded list(Target... targets) {
    return new Expanded(recipient("all@here.test", Notify.SUCCESS), List.of(targets), List.of());
  }

  private static Target to(String address, String sender) {
    return new Target(
        recipient(address, Notify.SUCCESS),
        new Route.Onward("smtp", address(address).domain().name()),
        Optional.empty(),
        Optional.of(ReversePath.of(address(sender))));
  }

  @Test
  void whatIsForwardedGoesInAnotherNameThoughItsSenderHearsThatItWent() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      FlowHouse.Host far = house.living("far.test");
      Target other = to("b@far.test", "srs@here.test");

      house.flow.accept(
          house.mail("all@here.test"),
          List.of(list(to("a@far.test", "srs@here.test"), other)),
          Wishes.NONE);
      house.time.advance(Duration.ofSeconds(2));

      assertThat(far.mails)
          .isNotEmpty()
          .allSatisfy(mail -> assertThat(mail.sender()).hasToString("srs@here.test"));
      assertThat(house.inbox()).singleElement().asString().contains("Action: expanded");
    }
  }

  @Test
  void ofWhatIsHeldNobodyHearsThatItHasGoneOn() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      house.flow.accept(
          house.mail("all@here.test"),
          List.of(list(to("a@far.test", "x@here.test"), to("b@far.test", "x@here.test"))),
          Wishes.NONE.and(List.of(new Consequence.Hold())));
      house.time.advance(Duration.ofSeconds(2));

      assertThat(house.inbox()).isEmpty();
    }
  }

  /** The report is none of what the mail is to come to. */
  @ParameterizedTest
  @EnumSource(
      value = Origin.class,
      names = {"SMTP", "LMTP"})
  void ofWhatNobodyHasRoomForNobodyHearsThatItHasGoneOn(Origin origin) {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      Account ada = house.stores.accounts().byLogin(ADA).orElseThrow();
      house.stores.accounts().setQuota(ada.id(), 1);
      Submission mail = house.mail("all@here.test");
      Submission brought =
          new Submission(
              mail.id(), origin, mail.client(), mail.envelope(), mail.content(), mail.arrived());
      Expanded list =
          list(
              new Target(
                  recipient(ADA),
                  new Route.ToMailbox(ada),
                  Optional.of(ReversePath.of(address("owner-all@here.test")))));

      assertThatThrownBy(() -> house.flow.accept(brought, List.of(list), Wishes.NONE))
          .isInstanceOf(OverQuota.class);
      assertThat(house.stores.queue().size()).isZero();
      assertThat(house.staged()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"10, text/rfc822-headers", "1000, message/rfc822"})
  void aLongMailIsNotSentBackWhole(String limit, String type) {
    try (FlowHouse house =
        FlowHouse.standing(PATIENCE).reporting("bounce_size_limit", limit).open()) {
      house.refuses("far.test");

      house.send("bob@far.test");
      house.time.advance(Duration.ofSeconds(2));

      assertThat(house.inbox())
          .singleElement()
          .asString()
          .contains("\r\nContent-Type: " + type + "\r\n");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bouncer, \"bouncer\" is none of bounce",
    "'bounce, 3bounce', \"3bounce\" is none of bounce",
  })
  void aClassThatIsNoneIsRefused(String classes, String fault) {
    Settings.Builder settings = Settings.builder(FlowParams.ALL).set("notify_classes", classes);

    assertThatThrownBy(settings::build)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("notify_classes")
        .hasMessageContaining(fault);
  }

  @ParameterizedTest
  @CsvSource({"double_bounce_sender, x@y.test", "2bounce_notice_recipient, '<a b>'"})
  void anAddressThatIsNoneIsRefused(String name, String value) {
    Settings.Builder settings = Settings.builder(FlowParams.ALL).set(name, value);

    assertThatThrownBy(settings::build)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining(name);
  }
}
