package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.auth.Account;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;
import org.postroom.core.filter.check.FilterParams;
import org.postroom.core.inquiry.Inquiry;
import org.postroom.core.inquiry.Notes;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.secret.Secret;
import org.postroom.core.table.Tables;
import org.postroom.core.testing.MemoryAccounts;
import org.postroom.core.testing.MemoryMailStore;
import org.postroom.core.testing.Shows;
import org.postroom.core.time.VirtualTime;

class AddressRouterTest {
  private final MemoryAccounts accounts =
      new MemoryAccounts(new MemoryMailStore(VirtualTime.startingAt(Instant.EPOCH)));
  private final AddressRouter router = router("+");

  private AddressRouter router(String delimiter) {
    return router(delimiter, "", "");
  }

  private AddressRouter router(String delimiter, String mailboxes, String relayed) {
    Settings settings =
        Settings.builder(PolicyParams.ALL, AliasParams.ALL, FlowParams.ALL, FilterParams.ALL)
            .set("myhostname", "mx.local.example")
            .set("mydestination", "local.example, mx.local.example")
            .set("virtual_mailbox_domains", "virtual.example")
            .set("virtual_alias_domains", "alias.example")
            .set("relay_domains", "relay.example")
            .set("recipient_delimiter", delimiter)
            .set("virtual_mailbox_maps", mailboxes)
            .set("relay_recipient_maps", relayed)
            .set(
                "virtual_alias_maps",
                "inline:{ {itself@virtual.example=itself@virtual.example},"
                    + " {itself@relay.example=itself@relay.example} }")
            .set("relocated_maps", "inline:{gone@virtual.example=new@far.example, @left.example=x}")
            .build();
    Tables tables = Tables.builder().build();
    Policy policy = Policy.of(settings, new OwnAddresses(List.of(), List.of()), tables);
    return new AddressRouter(
        policy,
        accounts,
        Aliases.of(settings, policy, tables),
        ListedRecipients.of(settings, policy, tables),
        Routes.of(settings, policy, tables, Set.of("smtp", "relay")));
  }

  @ParameterizedTest
  @CsvSource({
    "'', vera+list@virtual.example, Nowhere",
    "+, vera+list@virtual.example, ToMailbox",
    "+-, vera-list+x@virtual.example, ToMailbox",
    "-, vera+list@virtual.example, Nowhere",
    "'', root+x@local.example, Nowhere",
    "-, root-x@local.example, ToMailbox",
    "+, +x@local.example, Nowhere",
  })
  void anExtensionIsWhatTheDelimiterSays(String delimiter, String recipient, String route) {
    Route found = router(delimiter).route(RouteQuery.of(Address.parse(recipient)), Facts.WAITING);

    assertThat(found.getClass().getSimpleName()).isEqualTo(route);
  }

  private static final String LISTED =
      """
      inline:{ {vera@virtual.example = virtual.example/vera/}, {other@virtual.example = x/other/},
      {sales@virtual.example = /var/vmail/virtual.example/vera/Maildir/}, {eve@virtual.example = 1},
      {info@virtual.example = vera@virtual.example}, {help@virtual.example = vera/},
      {ask@virtual.example = /home/vera@virtual.example/.maildir}, {word@virtual.example = vera},
      {deep@virtual.example = virtual.example/vera/mail/}, {odd@virtual.example = ../@@},
      {none@virtual.example = virtual.example/gone/}, {eve+list@virtual.example = vera/},
      {out@virtual.example = vera@elsewhere.example}, {root@virtual.example = /} }
      """
          .replace("\n", " ");

  /** An account alone is nobody where a table says who there is, and a name there is no account. */
  @ParameterizedTest
  @CsvSource({
    "vera@virtual.example, vera@virtual.example",
    "vera+list@virtual.example, vera@virtual.example",
    "bob@virtual.example, ''",
    "bob+list@virtual.example, ''",
    "other@virtual.example, ''",
    "sales@virtual.example, vera@virtual.example",
    "sales+list@virtual.example, vera@virtual.example",
    "info@virtual.example, vera@virtual.example",
    "help@virtual.example, vera@virtual.example",
    "ask@virtual.example, vera@virtual.example",
    "out@virtual.example, vera@virtual.example",
    "eve@virtual.example, eve@virtual.example",
    "eve+list@virtual.example, vera@virtual.example",
    "eve+other@virtual.example, eve@virtual.example",
    "word@virtual.example, ''",
    "deep@virtual.example, ''",
    "odd@virtual.example, ''",
    "none@virtual.example, ''",
    "root@virtual.example, ''",
    "postmaster@virtual.example, root",
    "itself@virtual.example, itself@virtual.example",
  })
  void aTableSaysWhoThereIsAndWhoseMailboxItIs(String recipient, String holder) {
    for (String one : List.of("bob", "eve", "mail", "1", "itself", "gone@alias.example")) {
      String login = one.indexOf('@') < 0 ? one + "@virtual.example" : one;
      Account unused = accounts.add(login, Secret.of("x"));
    }

    Route route =
        router("+", LISTED, "").route(RouteQuery.of(Address.parse(recipient)), Facts.WAITING);

    assertThat(route instanceof Route.ToMailbox box ? box.account().login() : "").isEqualTo(holder);
    if (holder.isEmpty()) {
      assertThat(route).isEqualTo(Route.Nowhere.unknown("User unknown in virtual mailbox table"));
    }
  }

  @Test
  void aListIsAboutWhatClientsName() {
    Account bob = accounts.add("bob@virtual.example", Secret.of("x"));
    Address address = Address.parse("bob@virtual.example");
    AddressRouter listing = router("+", LISTED, "");

    assertThat(listing.route(RouteQuery.of(address), Facts.WAITING))
        .isInstanceOf(Route.Nowhere.class);
    assertThat(listing.route(new RouteQuery(ReversePath.NULL, address, false), Facts.WAITING))
        .isEqualTo(new Route.ToMailbox(bob));
    assertThat(listing.holder(address, Facts.WAITING)).contains(bob);
    assertThat(listing.owns(bob, address, Facts.WAITING)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "any@virtual.example, vera@virtual.example",
    "bob@virtual.example, bob@virtual.example",
    "bob+list@virtual.example, bob@virtual.example",
  })
  void aCatchAllIsForWhoHasNoAccount(String recipient, String holder) {
    Account unused = accounts.add("bob@virtual.example", Secret.of("x"));

    Route route =
        router("+", "inline:{ {@virtual.example = virtual.example/vera/} }", "")
            .route(RouteQuery.of(Address.parse(recipient)), Facts.WAITING);

    assertThat(route instanceof Route.ToMailbox box ? box.account().login() : "").isEqualTo(holder);
  }

  @Test
  void whatIsTakenForAnotherHostIsWhatItsTableSays() {
    AddressRouter listing =
        router("+", "", "inline:{ {x@relay.example = any}, {@sub.relay.example = any} }");
    Address unlisted = Address.parse("z@relay.example");

    assertThat(listing.route(RouteQuery.of(Address.parse("x+y@relay.example")), Facts.WAITING))
        .isInstanceOf(Route.Onward.class);
    assertThat(listing.route(RouteQuery.of(Address.parse("itself@relay.example")), Facts.WAITING))
        .isInstanceOf(Route.Onward.class);
    assertThat(listing.route(RouteQuery.of(unlisted), Facts.WAITING))
        .isEqualTo(Route.Nowhere.unknown("User unknown in relay recipient table"));
    // What waits already goes: it was taken by the table of its day.
    assertThat(listing.route(new RouteQuery(ReversePath.NULL, unlisted, false), Facts.WAITING))
        .isInstanceOf(Route.Onward.class);
  }

  @ParameterizedTest
  @CsvSource({
    "gone@virtual.example, new@far.example",
    "gone+x@virtual.example, new@far.example",
    "any@left.example, x",
  })
  void whoHasMovedIsGone(String recipient, String to) {
    assertThat(router.route(RouteQuery.of(Address.parse(recipient)), Facts.WAITING))
        .isEqualTo(new Route.Nowhere(550, "5.1.6", "User has moved to " + to));
  }

  @BeforeEach
  void addPeople() {
    accounts.add("root", Secret.of("x"));
    accounts.add("ada@local.example", Secret.of("x"));
    Account vera = accounts.add("vera@virtual.example", Secret.of("x"));
    accounts.addAlias(vera.id(), Address.parse("sales@alias.example"));
    accounts.addAlias(vera.id(), Address.parse("vera@elsewhere.example"));
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
    "double-bounce@local.example, Discarded",
    "Double-Bounce@local.example, Discarded",
    "double-bounce@mx.local.example, Discarded",
    "double-bounce@virtual.example, Nowhere",
    "double-bounce@far.example, Onward",
  })
  void routesByAddressClass(String recipient, String route) {
    assertThat(
            router
                .route(RouteQuery.of(Address.parse(recipient)), Facts.WAITING)
                .getClass()
                .getSimpleName())
        .isEqualTo(route);
  }

  /** Mail for a domain's postmaster reaches somebody (RFC 5321, 4.5.1). */
  @ParameterizedTest
  @CsvSource({
    "postmaster@local.example, root",
    "Postmaster@virtual.example, root",
    "postmaster+x@alias.example, root",
    "MAILER-DAEMON@mx.local.example, root",
    "abuse@local.example,",
    "postmaster@far.example,",
  })
  @Shows("A3.13")
  void postmasterIsAlwaysSomebody(String recipient, @Nullable String login) {
    assertThat(whoGets(recipient)).isEqualTo(login);

    accounts.add("postmaster@mx.local.example", Secret.of("x"));
    assertThat(whoGets(recipient)).isEqualTo(login == null ? null : "postmaster@mx.local.example");
  }

  @Test
  @Shows("A3.4")
  void theSameNameInTwoDomainsIsTwoPeople() {
    accounts.add("ada@virtual.example", Secret.of("x"));

    assertThat(whoGets("ada@local.example")).isEqualTo("ada@local.example");
    assertThat(whoGets("ada@virtual.example")).isEqualTo("ada@virtual.example");
  }

  private @Nullable String whoGets(String recipient) {
    return router.route(RouteQuery.of(Address.parse(recipient)), Facts.WAITING)
            instanceof Route.ToMailbox mailbox
        ? mailbox.account().login()
        : null;
  }

  /** Who gets an address's mail may send as it, in every class. */
  @ParameterizedTest
  @CsvSource({
    "root, root@local.example, true",
    "root, root+x@mx.local.example, true",
    "root, ada@local.example, false",
    "root, nobody@local.example, false",
    "vera@virtual.example, vera@virtual.example, true",
    "vera@virtual.example, vera+list@virtual.example, true",
    "vera@virtual.example, sales@alias.example, true",
    "vera@virtual.example, vera@far.example, false",
    "vera@virtual.example, vera@elsewhere.example, true",
  })
  void whoGetsTheMailOwnsTheAddress(String login, String sender, boolean owns) {
    Account account = accounts.byLogin(login).orElseThrow();

    assertThat(router.owns(account, Address.parse(sender), Facts.WAITING)).isEqualTo(owns);
  }

  /** Before anybody was asked for, and after the recipient was routed once. */
  @ParameterizedTest
  @CsvSource({
    "ada@local.example, false, true",
    "ada+list@local.example, false, true",
    "root@local.example, false, true",
    "nobody@local.example, false, true",
    "vera@virtual.example, false, true",
    "vera+list@virtual.example, false, true",
    "nobody@virtual.example, false, true",
    "sales@alias.example, false, true",
    "nobody@alias.example, false, true",
    "x@relay.example, true, true",
    "x@far.example, true, true",
  })
  void asksNobodyForWhatIsRemembered(String text, boolean before, boolean after) {
    Address recipient = Address.parse(text);

    assertThat(routesAtOnce(recipient)).isEqualTo(before);
    assertThat(routesAtOnce(recipient)).isEqualTo(after);

    accounts.add("zoe@local.example", Secret.of("x"));
    assertThat(routesAtOnce(recipient)).as("after a change").isEqualTo(before);
  }

  /** Routes, and tells whether that took nobody but memory. */
  private boolean routesAtOnce(Address recipient) {
    List<Runnable> asked = new ArrayList<>();
    CompletableFuture<Route> route =
        new Inquiry(asked::add, VirtualTime.startingAt(Instant.EPOCH))
            .pursue(new Notes(), facts -> router.route(RouteQuery.of(recipient), facts))
            .toCompletableFuture();
    boolean atOnce = route.isDone();
    while (!asked.isEmpty()) {
      asked.remove(0).run();
    }
    assertThat(route.join()).isEqualTo(router.route(RouteQuery.of(recipient), Facts.WAITING));
    return atOnce;
  }
}
