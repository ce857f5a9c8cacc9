package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;
import org.postroom.core.mail.Recipient;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.restriction.Consequence;
import org.postroom.core.secret.Secret;
import org.postroom.core.table.Tables;
import org.postroom.core.testing.MemoryAccounts;
import org.postroom.core.testing.MemoryMailStore;
import org.postroom.core.time.VirtualTime;

/** What would leave stays, but for those who are named. */
final class SafeSendTest {
  private final MemoryAccounts accounts =
      new MemoryAccounts(new MemoryMailStore(VirtualTime.startingAt(Instant.EPOCH)));
  private Account tester;

  /** Everybody at here.test has the tester's mailbox, nobody is at gone.test. */
  private final Router everywhere =
      (query, facts, trace) ->
          switch (query.recipient().domain().name()) {
            case "here.test" -> new Route.ToMailbox(tester);
            case "gone.test" -> Route.Nowhere.unknown("nobody");
            case "lost.test" -> new Route.Onward("discard", "");
            default -> new Route.Onward("smtp", query.recipient().domain().name());
          };

  @BeforeEach
  void addPeople() {
    tester = accounts.add("tester@here.test", Secret.of("x"));
  }

  private Router router(String mailbox, String recipients) {
    return router(mailbox, recipients, "");
  }

  private Router router(String mailbox, String recipients, String filters) {
    return SafeSend.of(
            Settings.builder(FlowParams.ALL)
                .set("safe_send_mailbox", mailbox)
                .set("safe_send_recipients", recipients)
                .set("safe_send_filters", filters)
                .build(),
            Tables.builder().build())
        .over(everywhere, accounts);
  }

  @ParameterizedTest
  @CsvSource({
    "bob@far.example, '', Kept",
    "bob@far.example, near.example, Kept",
    "bob@far.example, far.example, Onward",
    "bob@FAR.example, far.example, Onward",
    "bob@sub.far.example, far.example, Kept",
    "bob@sub.far.example, .far.example, Onward",
    "bob@far.example, BOB@far.example, Onward",
    "eve@far.example, bob@far.example, Kept",
    "bob@far.example, '!far.example, inline:{far.example=x}', Kept",
    "bob@far.example, inline:{far.example=x}, Onward",
    "bob@far.example, inline:{BOB@far.example=x}, Onward",
    "eve@far.example, inline:{bob@far.example=x}, Kept",
    "ceo@far.example, '!ceo@far.example, far.example', Kept",
    "CEO@far.example, '!ceo@far.example, far.example', Kept",
    "bob@far.example, '!ceo@far.example, far.example', Onward",
    "ceo@far.example, 'far.example, !ceo@far.example', Onward",
    "ceo@far.example, '!inline:{ceo@far.example=x}, far.example', Kept",
    "bob@here.test, '', ToMailbox",
    "bob@gone.test, '', Nowhere",
    "bob@lost.test, '', Onward",
  })
  void whatMayNotLeaveIsKept(String recipient, String allowed, String route) {
    Router router = router("tester@here.test", allowed);
    RouteQuery query = RouteQuery.of(Address.parse(recipient));

    Route found = router.route(query, Facts.WAITING);

    assertThat(found.getClass().getSimpleName()).isEqualTo(route);
    assertThat(router.keeps(query, Facts.WAITING)).isEqualTo(route.equals("Kept"));
    if (found instanceof Route.Here here) {
      assertThat(here.account()).isEqualTo(tester);
    }
  }

  @Test
  void everythingLeavesWhereNobodyKeepsIt() {
    assertThat(router("", "")).isSameAs(everywhere);
  }

  /** And not into the world because somebody is misspelt. */
  @Test
  void waitsWhereTheKeeperIsNobody() {
    Route found =
        router("testre@here.test", "")
            .route(RouteQuery.of(Address.parse("a@far.test")), Facts.WAITING);

    assertThat(found).isInstanceOf(Route.Nowhere.class);
    assertThat(((Route.Nowhere) found).code()).isEqualTo(451);
    assertThat(((Route.Nowhere) found).text()).contains("safe_send_mailbox");
  }

  /** Who looks after it may not send as those whom it was for. */
  @Test
  void theKeeperOwnsNothingOfIt() {
    Router router = router("tester@here.test", "");

    assertThat(router.owns(tester, Address.parse("bob@far.example"), Facts.WAITING)).isFalse();
    assertThat(router.owns(tester, Address.parse("bob@here.test"), Facts.WAITING)).isTrue();
  }

  @Test
  void aFilterDoesNotLeadAroundIt() {
    Treatment treatment =
        Treatment.of(List.of(new Consequence.Filter("smtp:[filter.example]:10025")));
    Target kept =
        new Target(Recipient.of(Address.parse("bob@far.example")), new Route.Kept(tester));

    assertThat(treatment.route(kept)).isEqualTo(kept.route());
  }

  /** A filter is a way out of the house for whoever has a mailbox here, too. */
  @ParameterizedTest
  @CsvSource({
    "sms, gateway, '', false",
    "sms, gateway, sms, true",
    "sms, gateway, sms:gateway, true",
    "smtp, far.example, smtp:, true",
    "sms, gateway, 'sms:other, smtp', false",
    "smtp, [127.0.0.1]:10025, 'smtp:[127.0.0.1]:10025', true",
    "smtp, far.example, 'smtp:[127.0.0.1]:10025', false",
  })
  void aFiltersDestinationIsNamedOrNotUsed(
      String transport, String hop, String filters, boolean permitted) {
    Route.Onward decided = new Route.Onward(transport, hop, true);

    assertThat(router("tester@here.test", "", filters).permits(decided)).isEqualTo(permitted);
    assertThat(router("", "", filters).permits(decided)).isTrue();
  }

  @Test
  void whatIsNoAddressIsRefused() {
    assertThatThrownBy(() -> router("tester@here.test", "bob@@far.example"))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("safe_send_recipients");
  }
}
