package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.config.Settings;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.MemoryAccounts;
import org.postroom.core.testing.MemoryMailStore;
import org.postroom.core.time.VirtualTime;

class AddressRouterTest {
  private final MemoryAccounts accounts =
      new MemoryAccounts(new MemoryMailStore(VirtualTime.startingAt(Instant.EPOCH)));
  private final AddressRouter router =
      new AddressRouter(
          Policy.of(
              Settings.builder(PolicyParams.ALL)
                  .set("myhostname", "mx.local.example")
                  .set("mydestination", "local.example, mx.local.example")
                  .set("virtual_mailbox_domains", "virtual.example")
                  .set("virtual_alias_domains", "alias.example")
                  .set("relay_domains", "relay.example")
                  .build(),
              new OwnAddresses(List.of(), List.of())),
          accounts,
          Optional.empty());

  @BeforeEach
  void addPeople() {
    accounts.add("root", Secret.of("x"));
    accounts.add("ada@local.example", Secret.of("x"));
    Account vera = accounts.add("vera@virtual.example", Secret.of("x"));
    accounts.addAlias(vera.id(), Address.parse("sales@alias.example"));
  }

  @ParameterizedTest
  @CsvSource({
    "ada@local.example, ToMailbox",
    "root@local.example, ToMailbox",
    "nobody@local.example, Nowhere",
    "vera@virtual.example, ToMailbox",
    "nobody@virtual.example, Nowhere",
    "sales@alias.example, ToMailbox",
    "nobody@alias.example, Nowhere",
    "x@relay.example, Onward",
    "x@far.example, Onward",
  })
  void routesByAddressClass(String recipient, String route) {
    assertThat(router.route(Address.parse(recipient)).getClass().getSimpleName()).isEqualTo(route);
  }

  /** Before anybody was asked for, and after the recipient was routed once. */
  @ParameterizedTest
  @CsvSource({
    "ada@local.example, false, true",
    "ada+list@local.example, false, true",
    "root@local.example, false, false",
    "nobody@local.example, false, false",
    "vera@virtual.example, false, true",
    "vera+list@virtual.example, false, true",
    "nobody@virtual.example, false, true",
    "sales@alias.example, false, true",
    "nobody@alias.example, false, true",
    "x@relay.example, true, true",
    "x@far.example, true, true",
  })
  void routesAtOnceWhatItWouldHaveToAskNobodyFor(String text, boolean before, boolean after) {
    Address recipient = Address.parse(text);

    assertThat(router.routesAtOnce(recipient)).isEqualTo(before);
    Route route = router.route(recipient);
    assertThat(router.routesAtOnce(recipient)).isEqualTo(after);

    assertThat(router.route(recipient)).isEqualTo(route);
    accounts.add("zoe@local.example", Secret.of("x"));
    assertThat(router.routesAtOnce(recipient)).as("after a change").isEqualTo(before);
  }
}
