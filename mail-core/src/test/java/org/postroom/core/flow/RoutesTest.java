package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.auth.Account;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;
import org.postroom.core.filter.check.FilterParams;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Notice;
import org.postroom.core.secret.Secret;
import org.postroom.core.table.Tables;
import org.postroom.core.testing.MemoryAccounts;
import org.postroom.core.testing.MemoryMailStore;
import org.postroom.core.time.VirtualTime;

/**
 * What transports of names in our domains come to, and what cannot be obeyed; the tables are
 * compared with Postfix's answers in {@code PostfixRoutesTest}.
 */
final class RoutesTest {
  private static final OwnAddresses OWN = new OwnAddresses(List.of(), List.of());
  private static final ReversePath SENDER = ReversePath.of(Address.parse("x@from.test"));

  private final MemoryMailStore mailboxes =
      new MemoryMailStore(VirtualTime.startingAt(Instant.EPOCH));
  private final MemoryAccounts accounts = new MemoryAccounts(mailboxes);

  @BeforeEach
  void addPeople() {
    accounts.add("ada@local.test", Secret.of("x"));
    accounts.add("root", Secret.of("x"));
    accounts.add("vera@virtual.test", Secret.of("x"));
  }

  private static Settings settings(String given) {
    Settings.Builder builder =
        Settings.builder(PolicyParams.ALL, AliasParams.ALL, FlowParams.ALL, FilterParams.ALL)
            .set("myhostname", "mx.local.test")
            .set("mydestination", "local.test")
            .set("virtual_mailbox_domains", "virtual.test")
            .set("relay_domains", "relay.test")
            .set("recipient_delimiter", "+");
    for (String line : given.split(";")) {
      if (!line.isBlank()) {
        String[] parts = line.split("=", 2);
        builder.set(parts[0].strip(), parts[1].strip());
      }
    }
    return builder.build();
  }

  private static Addressing addressing(String given) {
    Settings settings = settings(given);
    Tables tables = Tables.builder().build();
    Policy policy = Policy.of(settings, OWN, tables);
    return Addressing.of(settings, policy, OWN, tables, Set.of("smtp", "relay", "slow"));
  }

  private static String text(Route route) {
    if (route instanceof Route.ToMailbox mailbox) {
      return mailbox.account().login();
    }
    if (route instanceof Route.Nowhere no) {
      return no.code() + " " + no.status() + " " + no.text();
    }
    return ((Route.Onward) route).destination();
  }

  /** There a line for all the rest would take the mail of our own mailboxes. */
  @ParameterizedTest
  @CsvSource({
    "ada@local.test, ada@local.test",
    "vera@virtual.test, vera@virtual.test",
    "x@relay.test, smtp:[hub.test]",
    "x@far.test, smtp:[hub.test]",
  })
  void sendmailsTableIsNotForOurOwnDomains(String recipient, String route, @TempDir Path folder)
      throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("mailertable"), ".\tesmtp:[hub.test]\nlocal.test\tesmtp:[hub.test]\n");
    for (String table : List.of("mailertable:" + file, "proxy:mailertable:" + file)) {
      Router router = addressing("transport_maps = " + table).router(accounts, mailboxes);

      Route found =
          router.route(new RouteQuery(SENDER, Address.parse(recipient), true), Facts.WAITING);

      assertThat(text(found)).isEqualTo(route);
    }
  }

  private static final String UNKNOWN = "550 5.1.1 User unknown in local recipient table";

  /**
   * As local(8) has it: mailbox_transport_maps, mailbox_transport, the mailbox, then the fallbacks.
   * {@code named} is what a client named itself; a table or the queue need not name who is known.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mailbox_transport = slow:[box] | ada@local.test | true | slow:[box]",
        "mailbox_transport = slow:[box] | ada+list@local.test | true | slow:[box]",
        "mailbox_transport = slow | ada@local.test | true | slow:local.test",
        "mailbox_transport = slow:[box] | eve@local.test | true | " + UNKNOWN,
        "mailbox_transport = slow:[box] | eve@local.test | false | slow:[box]",
        "mailbox_transport = slow:[box]; local_recipient_maps = | eve@local.test | true | slow:[box]",
        "mailbox_transport = slow:[box] | vera@virtual.test | true | vera@virtual.test",
        "mailbox_transport = local: | ada@local.test | true | ada@local.test",
        "mailbox_transport = error:5.2.1 off | ada@local.test | true | 550 5.2.1 off",
        "mailbox_transport_maps = inline:{ada=slow:[a]} | ADA+x@local.test | true | slow:[a]",
        "mailbox_transport_maps = inline:{ada=slow:[a]}; mailbox_transport = slow:[b]"
            + " | ada@local.test | true | slow:[a]",
        "mailbox_transport_maps = inline:{bob=slow:[a]} | ada@local.test | true | ada@local.test",
        "mailbox_transport_maps = inline:{{ada@local.test=slow:[a]}} | ada@local.test | true"
            + " | ada@local.test",
        "fallback_transport = slow:[f] | ada@local.test | true | ada@local.test",
        "fallback_transport = slow:[f] | eve@local.test | true | " + UNKNOWN,
        "fallback_transport = slow:[f] | eve@local.test | false | slow:[f]",
        "fallback_transport = slow:[f]; local_recipient_maps = | eve@local.test | true | slow:[f]",
        "fallback_transport_maps = inline:{eve=slow:[e]}; fallback_transport = slow:[f]"
            + " | eve@local.test | false | slow:[e]",
        "fallback_transport_maps = inline:{eve=slow:[e]} | joe@local.test | false | " + UNKNOWN,
        "fallback_transport = slow:[f] | postmaster@local.test | true | ada@local.test",
        // values that are the mailboxes here
        "virtual_transport = dovecot | vera@virtual.test | true | vera@virtual.test",
        "virtual_transport = lmtp:unix:private/dovecot-lmtp | vera@virtual.test | true"
            + " | vera@virtual.test",
        "virtual_transport = virtual: | vera@virtual.test | true | vera@virtual.test",
        "virtual_transport = local | vera@virtual.test | true | vera@virtual.test",
        "local_transport = lmtp:unix:private/dovecot-lmtp | ada@local.test | true | ada@local.test",
        "local_transport = virtual | ada@local.test | true | ada@local.test",
        "mailbox_transport = lmtp:unix:private/dovecot-lmtp | ada@local.test | true"
            + " | ada@local.test",
        "transport_maps = inline:{far.test=local:} | root@far.test | true | root",
        "transport_maps = inline:{far.test=virtual:} | ada@far.test | true"
            + " | 550 5.1.1 User unknown in virtual mailbox table",
        // values that are not
        "virtual_transport = slow:[v] | anybody@virtual.test | true | slow:[v]",
        "local_transport = slow:[l] | ada@local.test | true | slow:[l]",
        "local_transport = slow:[l] | eve@local.test | true | " + UNKNOWN,
        "local_transport = slow:[l] | eve@local.test | false | slow:[l]",
        "local_transport = slow:[l] | postmaster@local.test | true | slow:[l]",
        "local_transport = slow:[l]; local_recipient_maps = | eve@local.test | true | slow:[l]",
        "transport_maps = inline:{{local.test=retry:4.3.0 later}} | ada@local.test | true"
            + " | retry:4.3.0 later",
      })
  void namesInOurDomains(String given, String recipient, boolean named, String route) {
    Router router = addressing(given).router(accounts, mailboxes);

    Route found =
        router.route(new RouteQuery(SENDER, Address.parse(recipient), named), Facts.WAITING);

    assertThat(text(found)).isEqualTo(route);
  }

  /** Whom a table refuses is somebody: what holds for names that nobody has is not for him. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ada@local.test | 550 5.1.1 moved out",
        "root@local.test | 550 5.1.1 no such planet",
        "eve@local.test | 450 4.1.1 User unknown in local recipient table",
      })
  void whomATableRefusesIsNotUnknown(String recipient, String said) {
    Addressing addressing =
        addressing(
            "unknown_local_recipient_reject_code = 450; transport_maps = inline:{"
                + "{ada@local.test=error:moved out}, {root@local.test=error:5.1.1 no such planet}}");

    Expanded expanded =
        addressing
            .expansion(addressing.router(accounts, mailboxes), Clock.systemUTC())
            .expand(SENDER, Recipient.of(Address.parse(recipient)));

    assertThat(expanded.refusal(addressing.policy()))
        .hasValueSatisfying(
            refusal ->
                assertThat(refusal.code() + " " + refusal.status() + " " + refusal.text())
                    .isEqualTo(said));
  }

  @ParameterizedTest
  @CsvSource({"gone@local.test, 550 5.1.1 moved out", "eve@local.test, smtp:far.test"})
  void whomATableRefusesHasNobodyInstead(String recipient, String route) {
    Addressing addressing =
        addressing(
            "luser_relay = desk@far.test; local_recipient_maps =;"
                + " transport_maps = inline:{{gone@local.test=error:moved out}}");

    Expanded expanded =
        addressing
            .expansion(addressing.router(accounts, mailboxes), Clock.systemUTC())
            .expand(SENDER, Recipient.of(Address.parse(recipient)));

    assertThat(expanded.targets())
        .singleElement()
        .satisfies(target -> assertThat(text(target.route())).isEqualTo(route));
  }

  /** Whose address it is does not change with the way of its mail. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "local_transport = slow:[l] | ada@local.test | ada@local.test",
        "mailbox_transport = slow:[l] | ada+x@local.test | ada@local.test",
        "virtual_transport = slow:[l] | vera@virtual.test | vera@virtual.test",
        "transport_maps = inline:{*=slow:[l]} | vera@virtual.test | vera@virtual.test",
        "transport_maps = inline:{{*=error:5.7.1 no}} | ada@local.test | ada@local.test",
      })
  void whoHasAnAddressOwnsItWhereverItsMailGoes(String given, String address, String login) {
    Router router = addressing(given).router(accounts, mailboxes);
    Account account = accounts.byLogin(login).orElseThrow();

    assertThat(router.holder(Address.parse(address), Facts.WAITING)).contains(account);
    assertThat(router.owns(account, Address.parse(address), Facts.WAITING)).isTrue();
    assertThat(router.holder(Address.parse("eve@far.test"), Facts.WAITING)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "default_transport | uucp | \"uucp\" is no transport; expected one of discard, error, ",
        "relay_transport | uucp:[x] | \"uucp\" is no transport",
        "local_transport | :[x] | \"\" is no transport",
        "virtual_transport | maildrop | local, relay, retry, slow, smtp, virtual",
        "mailbox_transport | lmtpp:unix:/x | \"lmtpp\" is no transport",
        "fallback_transport | SMTP:x | \"SMTP\" is no transport",
        "content_filter | amavis:[127.0.0.1]:10024 | \"amavis\" is no transport",
        "default_transport | smtp:[x | \"[x\" is no next hop; expected host, host:port, [host]",
        "relay_transport | relay:x:y | \"x:y\" is no next hop",
      })
  void whatCannotBeObeyedIsAFault(String name, String value, String why) {
    assertThatThrownBy(() -> addressing(name + " = " + value))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining(name)
        .hasMessageContaining(why);
  }

  @Test
  void saysWhatIsTakenForTheMailboxesHere() {
    assertThat(addressing("virtual_transport = lmtp:unix:private/dovecot-lmtp").notices())
        .extracting(Notice::name, Notice::level)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("virtual_transport", Notice.Level.NOTE));
    assertThat(addressing("").notices()).isEmpty();
  }

  /** A table's text may be of any length, a name in the queue may not. */
  @Test
  void theNameOfADestinationIsBounded() {
    String hop = "\ud83d\udce7".repeat(5000);
    Route.Onward route = new Route.Onward("slow", hop);

    assertThat(route.destination().length()).isBetween(890, 900);
    assertThat(route.destination().substring(5).codePoints()).allMatch(c -> c == 0x1F4E7);
    assertThat(route.nextHop()).isEqualTo(hop);
    assertThat(new Route.Onward("slow", "a\0b").destination()).isEqualTo("slow:a b");
  }

  @Test
  void tellsWhichTableSaidWhat() {
    List<String> trace = new ArrayList<>();
    Router router =
        addressing(
                "relay_transport = slow; sender_dependent_relayhost_maps = inline:{@from.test=[r]};"
                    + " transport_maps = inline:{relay.test=:[t]}")
            .router(accounts, mailboxes);

    router.route(new RouteQuery(SENDER, Address.parse("x@relay.test"), true), Facts.WAITING, trace);

    assertThat(trace)
        .containsExactly(
            "x@relay.test -> slow (relay_transport)",
            "<x@from.test> -> [r] (sender_dependent_relayhost_maps: inline:{@from.test=[r]})",
            "x@relay.test -> :[t] (transport_maps: inline:{relay.test=:[t]})");
  }
}
