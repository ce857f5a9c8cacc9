package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.rewrite.Rewriting;
import org.postroom.core.table.Tables;
import org.postroom.core.testing.Shows;

class ExpansionTest {
  private static final ReversePath SENDER = ReversePath.of(Address.parse("x@far.test"));

  private static final String VIRTUAL =
      """
      sales@virtual.test    ada@virtual.test, bob@far.test
      team@virtual.test     sales@virtual.test eve@local.test
      keep@virtual.test     keep@virtual.test, copy@far.test
      info                  ada@virtual.test
      bare@virtual.test     root
      a@loop.test           b@loop.test
      b@loop.test           a@loop.test
      self@virtual.test     Self@Virtual.test other@virtual.test
      other@virtual.test    self@virtual.test
      @catch.test           all@far.test
      one@catch.test        one@virtual.test
      @moved.test           @far.test
      ext@virtual.test      target@far.test
      bad@virtual.test      "no address"
      empty@virtual.test    ,
      grow@virtual.test     grow+more@virtual.test
      """;
  private static final String ALIASES =
      """
      postmaster: root
      root: ada@virtual.test, \\root
      ada: ada
      list: "a b"@far.test, eve, sales@virtual.test
      eve: \\eve
      one: two
      two: one
      prog: "|/bin/cat -u"
      quoted: "|/bin/cat \\"a b\\" c\\d"
      file: /var/log/x
      include: :include:/etc/list
      mixed: eve, /dev/log
      half: eve, :include:/etc/list
      own: "|vacation own", \\own
      null: /dev/null
      nullandmore: /dev/null, eve
      atself: atself@local.test, sales@virtual.test
      toinfo: info
      news: eve, x@far.test, toinfo
      owner-news: ada@virtual.test
      nested: news, q@far.test
      listed: :include:MEMBERS
      twice: :include:MEMBERS, :include:MEMBERS, y@far.test
      world: :include:WORLD
      relative: :include:members
      """;

  @TempDir private Path folder;

  private Expanded expand(String recipient, String... settings) throws IOException {
    return expansion(settings)
        .expand(SENDER, Recipient.of(Address.parse(recipient)), Facts.WAITING);
  }

  /** Nobody would be told of it later: a copy, a report. */
  @Test
  void whatCannotBeSaidNowIsNoExpansionWhereNoClientHears() throws IOException {
    Expansion expansion = expansion();
    Recipient broken = Recipient.of(Address.parse("include@local.test"));

    assertThat(expansion.expand(SENDER, broken, Facts.WAITING).nowhere()).isPresent();
    assertThatThrownBy(() -> expansion.all(SENDER, List.of(broken)))
        .isInstanceOf(LookupUnavailable.class)
        .hasMessage("include@local.test: Server configuration error");
    assertThatThrownBy(() -> expansion.redirected(SENDER, broken, Facts.WAITING))
        .isInstanceOf(LookupUnavailable.class);
    assertThat(expansion.all(SENDER, List.of(Recipient.of(Address.parse("whoever@local.test")))))
        .hasSize(1);
  }

  private Expansion expansion(String... settings) throws IOException {
    Files.writeString(folder.resolve("virtual"), VIRTUAL);
    Path members =
        Files.writeString(
            folder.resolve("members"), "# members\neve, m@far.test\n\n  info\n\"|/bin/cat\"\n");
    Path world = Files.writeString(folder.resolve("world"), "eve\n");
    Files.setPosixFilePermissions(world, PosixFilePermissions.fromString("rw-rw-rw-"));
    Files.writeString(
        folder.resolve("aliases"),
        ALIASES.replace("MEMBERS", members.toString()).replace("WORLD", world.toString()));
    Settings.Builder given =
        Settings.builder(PolicyParams.ALL, AliasParams.ALL, FlowParams.ALL)
            .set("myhostname", "mx.local.test")
            .set("recipient_delimiter", "+")
            .set("mydestination", "local.test, mx.local.test")
            .set("virtual_mailbox_domains", "virtual.test")
            .set("virtual_alias_maps", "hash:" + folder.resolve("virtual"))
            .set("alias_maps", "hash:" + folder.resolve("aliases"));
    for (int i = 0; i < settings.length; i += 2) {
      given.set(settings[i], settings[i + 1]);
    }
    Settings all = given.build();
    Tables tables = Tables.builder().aliasFiles(all.get(AliasParams.ALIAS_MAPS)).build();
    OwnAddresses own = new OwnAddresses(List.of(), List.of());
    Policy policy = Policy.of(all, own, tables);
    Aliases aliases = Aliases.of(all, policy, tables);
    Router router =
        (query, facts, trace) ->
            aliases
                .moved(query.recipient(), facts)
                .<Route>map(moved -> moved)
                .orElseGet(
                    () ->
                        query.recipient().localPart().startsWith("who")
                                && !query.recipient().domain().name().matches("(far|x)\\.test")
                            ? Route.Nowhere.unknown("User unknown")
                            : new Route.Onward("to", query.recipient().toString()));
    return new Expansion(
        router,
        policy,
        Rewriting.of(all, policy, own, tables),
        aliases,
        Forwarding.of(all, policy),
        Clock.systemUTC());
  }

  private static String targets(Expanded expanded) {
    return expanded.targets().stream()
        .map(
            target ->
                target.recipient().address()
                    + target.owner().map(owner -> " for " + owner).orElse("")
                    + (target.route() instanceof Route.Discarded ? "=discarded" : "")
                    + (target.route() instanceof Route.ToAgent agent ? "=" + agent.what() : "")
                    + (target.route() instanceof Route.Nowhere no
                        ? "=" + no.status() + " " + no.text()
                        : ""))
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        // virtual(5)
        "nobody@virtual.test; nobody@virtual.test",
        "sales@virtual.test; ada@virtual.test bob@far.test",
        "SALES@virtual.test; ada@virtual.test bob@far.test",
        "team@virtual.test; ada@virtual.test bob@far.test eve@mx.local.test",
        "keep@virtual.test; keep@virtual.test copy@far.test",
        "info@local.test; ada@virtual.test",
        "info@virtual.test; info@virtual.test",
        "bare@virtual.test; ada@virtual.test root@mx.local.test",
        "x@catch.test; all@far.test",
        "one@catch.test; one@virtual.test",
        "x+y@moved.test; x+y@far.test",
        "ext+a@virtual.test; target+a@far.test",
        "a@loop.test; a@loop.test=4.6.0 Alias expansion error",
        "bad@virtual.test; bad@virtual.test=4.3.5 Server configuration error",
        // aliases(5)
        "postmaster@local.test; ada@virtual.test root@mx.local.test",
        "Root+x@mx.local.test; ada@virtual.test root@mx.local.test",
        "ada@local.test; ada@mx.local.test",
        "list@local.test; '\"a b\"@far.test eve@mx.local.test ada@virtual.test bob@far.test'",
        "eve@virtual.test; eve@virtual.test",
        "one@local.test; one@local.test=5.4.6 alias database loop for one",
        "prog@local.test; prog@local.test=5.7.1 mail to command is restricted",
        "file@local.test; file@local.test=5.7.1 mail to file is restricted",
        "include@local.test; include@local.test=4.3.5 Server configuration error",
        "mixed@local.test; eve@mx.local.test",
        "half@local.test; half@local.test=4.3.5 Server configuration error",
        "own@local.test; own@mx.local.test",
        "empty@virtual.test; empty@virtual.test=4.3.5 Server configuration error",
        "grow@virtual.test; grow@virtual.test=4.6.0 Alias expansion error",
        "grow+a@virtual.test; grow+a@virtual.test=4.6.0 Alias expansion error",
        "'\"a b\"@moved.test'; '\"a b\"@far.test'",
        // What an alias names is no name of virtual(5); what a list names is.
        "toinfo@local.test; info@mx.local.test",
        "atself@local.test; atself@local.test ada@virtual.test bob@far.test",
        "null@local.test; null@local.test=discarded",
        "nullandmore@local.test; nullandmore@local.test=discarded eve@mx.local.test",
        // Lists with owners, and in files.
        "news@local.test; 'eve@mx.local.test for owner-news@mx.local.test"
            + " x@far.test for owner-news@mx.local.test"
            + " info@mx.local.test for owner-news@mx.local.test'",
        "nested@local.test; 'eve@mx.local.test for owner-news@mx.local.test"
            + " x@far.test for owner-news@mx.local.test"
            + " info@mx.local.test for owner-news@mx.local.test q@far.test'",
        "owner-news@local.test; ada@virtual.test",
        "listed@local.test; eve@mx.local.test m@far.test ada@virtual.test",
        "twice@local.test; eve@mx.local.test m@far.test ada@virtual.test y@far.test",
        "world@local.test; world@local.test=4.3.5 Server configuration error",
        "relative@local.test; relative@local.test=4.3.5 Server configuration error",
      })
  @Shows("A3.4")
  void standsFor(String recipient, String targets) throws IOException {
    assertThat(targets(expand(recipient))).isEqualTo(targets);
  }

  @ParameterizedTest
  @CsvSource({
    "one@local.test, two@mx.local.test -> one@mx.local.test -> two@mx.local.test",
    "a@loop.test, a@loop.test -> b@loop.test -> a@loop.test",
  })
  @Shows("A3.1")
  void aLoopIsToldWithItsMembers(String recipient, String members) throws IOException {
    assertThat(expand(recipient).trace()).last().isEqualTo("loop: " + members);
  }

  private String[] forwarding() throws IOException {
    Path secrets = Files.writeString(folder.resolve("secrets"), "secretsecret\n");
    Files.setPosixFilePermissions(secrets, PosixFilePermissions.fromString("rw-------"));
    return new String[] {"srs_domain", "local.test", "srs_secrets_file", secrets.toString()};
  }

  private Expanded expandFrom(String sender, String recipient) throws IOException {
    return expansion(forwarding())
        .expand(
            sender.isEmpty() ? ReversePath.NULL : ReversePath.of(Address.parse(sender)),
            Recipient.of(Address.parse(recipient)),
            Facts.WAITING);
  }

  private static final Pattern OF_THE_DAY = Pattern.compile("SRS0=....=..=");

  /** Each target, and as whom the sender stands there. */
  private static String inWhoseName(Expanded expanded) {
    return expanded.targets().stream()
        .map(
            target ->
                target.recipient().address()
                    + target
                        .sender()
                        .map(sender -> " from " + OF_THE_DAY.matcher("" + sender).replaceAll("="))
                        .orElse(""))
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "x@far.test; sales@virtual.test; ada@virtual.test bob@far.test from =far.test=x@local.test",
        "x@far.test; list@local.test; '\"a b\"@far.test from =far.test=x@local.test eve@mx.local.test"
            + " ada@virtual.test bob@far.test from =far.test=x@local.test'",
        // Nobody, one of ours, a list with an owner, what the sender has named himself.
        "''; sales@virtual.test; ada@virtual.test bob@far.test",
        "eve@local.test; sales@virtual.test; ada@virtual.test bob@far.test",
        "SRS0=a=b=c=d@local.test; sales@virtual.test; ada@virtual.test bob@far.test",
        "x@far.test; news@local.test; eve@mx.local.test x@far.test info@mx.local.test",
        "x@far.test; bob@far.test; bob@far.test",
        "x@far.test; eve@virtual.test; eve@virtual.test",
      })
  void whatIsForwardedStandsForItsSender(String sender, String recipient, String targets)
      throws IOException {
    assertThat(inWhoseName(expandFrom(sender, recipient))).isEqualTo(targets);
  }

  @Test
  void whoGetsACopyUnaskedIsForwardedTo() throws IOException {
    Recipient bob = Recipient.of(Address.parse("bob@far.test"));
    Expansion expansion = expansion(forwarding());

    Expanded copy = expansion.copies(SENDER, List.of(bob)).get(0);
    Expanded redirected = expansion.redirected(SENDER, bob, Facts.WAITING);

    assertThat(copy.isBeside()).isTrue();
    assertThat(inWhoseName(copy)).isEqualTo("bob@far.test from =far.test=x@local.test");
    assertThat(inWhoseName(redirected)).isEqualTo("bob@far.test from =far.test=x@local.test");
    assertThat(inWhoseName(expansion.all(SENDER, List.of(bob)).get(0))).isEqualTo("bob@far.test");
  }

  @Test
  void whatComesBackGoesOnToTheSender() throws IOException {
    Target forwarded = expandFrom("x@far.test", "sales@virtual.test").targets().get(1);
    String back = forwarded.sender().orElseThrow().toString();

    Expanded report = expandFrom("", back);
    Expanded answer = expandFrom("bob@other.test", back);
    Expanded lower = expandFrom("", back.toLowerCase(Locale.ROOT));

    assertThat(inWhoseName(report)).isEqualTo("x@far.test");
    assertThat(report.trace()).containsExactly(back + " -> x@far.test (srs_domain)");
    assertThat(report.targets().get(0).recipient().original()).contains("rfc822;" + back);
    assertThat(inWhoseName(answer)).isEqualTo("x@far.test from =other.test=bob@local.test");
    assertThat(inWhoseName(lower)).isEqualTo("x@far.test");
  }

  @Test
  void whatWasNeverForwardedLeadsNowhere() throws IOException {
    Expanded forged = expandFrom("", "SRS0=aaaa=AA=far.test=x@local.test");

    assertThat(targets(forged))
        .isEqualTo(
            "SRS0=aaaa=AA=far.test=x@local.test=5.1.1"
                + " Not an address that mail was forwarded from here");
    assertThat(forged.nowhere().orElseThrow().code()).isEqualTo(550);
    assertThat(forged.trace())
        .containsExactly("SRS0=aaaa=AA=far.test=x@local.test: wrong signature (srs_domain)");
  }

  @Test
  void senderIsWrittenInADomainThatTakesMail() {
    assertThatThrownBy(
            () -> {
              String[] settings = forwarding();
              settings[1] = "far.test";
              expansion(settings);
            })
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("srs_domain")
        .hasMessageContaining("reports on forwarded mail come back to far.test");
  }

  @Test
  void anAddressThatStandsForItselfTooIsNoLoop() throws IOException {
    assertThat(targets(expand("self@virtual.test"))).isEqualTo("Self@virtual.test");
  }

  @Test
  void wishesAndTheNameThatTheSenderKnowsGoOn() throws IOException {
    Expanded expanded = expand("sales@virtual.test");

    assertThat(expanded.targets())
        .extracting(target -> target.recipient().original())
        .containsOnly(Optional.of("rfc822;sales@virtual.test"));
    assertThat(expanded.trace())
        .singleElement()
        .asString()
        .startsWith("sales@virtual.test -> ada@virtual.test, bob@far.test (virtual_alias_maps: ");
    assertThat(expand("nobody@virtual.test").targets().get(0).recipient())
        .isEqualTo(Recipient.of(Address.parse("nobody@virtual.test")));
  }

  @Test
  void extensionsGoOnWhereTheSettingsSaySo() throws IOException {
    assertThat(targets(expand("ext+a@virtual.test", "propagate_unmatched_extensions", "")))
        .isEqualTo("target@far.test");
    assertThat(targets(expand("root+a@local.test", "propagate_unmatched_extensions", "alias")))
        .isEqualTo("ada+a@virtual.test root+a@mx.local.test");
  }

  /** However many ways lead to an address, it is followed once; beyond the limit nobody gets it. */
  @Test
  void whatGrowsWithoutEndIsRefused() throws IOException {
    StringBuilder inline = new StringBuilder("inline:{ ");
    for (int level = 0; level < 30; level++) {
      int next = level + 1;
      inline.append(
          "{ l%d@x.test = l%d@x.test l%d@x.test m%d@x.test }, ".formatted(level, next, next, next));
      inline.append("{ m%d@x.test = l%d@x.test m%d@x.test }, ".formatted(level, next, next));
    }
    String many = inline + "{ z@z.test = z@z.test } }";
    assertThat(targets(expand("l0@x.test", "virtual_alias_maps", many)))
        .isEqualTo("l30@x.test m30@x.test");

    String wide =
        "inline:{ { w@x.test = "
            + IntStream.range(0, 50)
                .mapToObj(i -> "u" + i + "@x.test")
                .collect(Collectors.joining(" "))
            + " } }";
    assertThat(
            targets(
                expand(
                    "w@x.test", "virtual_alias_maps", wide, "virtual_alias_expansion_limit", "49")))
        .isEqualTo("w@x.test=4.6.0 Alias expansion error");
    assertThat(
            expand("w@x.test", "virtual_alias_maps", wide, "virtual_alias_expansion_limit", "50")
                .targets())
        .hasSize(50);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "who@local.test; $user@far.test; x; who@local.test=5.1.1 User unknown",
        "who@local.test; $user@far.test; ''; who@far.test",
        "who+x@local.test; $user.$extension@far.test; ''; who.x@far.test",
        "who+x@local.test; $local@far.test; ''; who+x@far.test",
        "whox@local.test; $local-${extension?ext}${extension:none}@x.test; ''; whox-none@x.test",
        "who@local.test; one+$recipient_delimiter$extension@far.test; ''; one+@far.test",
        "who@local.test; root; ''; ada@virtual.test root@mx.local.test",
        "who@local.test; who; ''; who@mx.local.test=5.1.1 User unknown",
        "towho@local.test; desk@far.test; x; desk@far.test",
        "who@virtual.test; desk@far.test; ''; who@virtual.test=5.1.1 User unknown",
      })
  void namesThatNobodyHasGoWhereTheSettingsSay(
      String recipient, String relay, String known, String targets) throws IOException {
    assertThat(
            targets(
                expand(
                    recipient,
                    "luser_relay",
                    relay,
                    "local_recipient_maps",
                    known,
                    "virtual_alias_maps",
                    "inline:{ towho@local.test=who@local.test }")))
        .isEqualTo(targets);
  }

  @Test
  void anAddressIsWrittenAnewBeforeAnybodyIsAskedWhomItStandsFor() throws IOException {
    Expanded expanded =
        expand(
            "old@local.test",
            "recipient_canonical_maps",
            "inline:{ old@local.test=sales@virtual.test }");

    assertThat(targets(expanded)).isEqualTo("ada@virtual.test bob@far.test");
    assertThat(expanded.trace()).hasSize(2);
    assertThat(expanded.targets().get(0).recipient().original()).contains("rfc822;old@local.test");
  }

  @Test
  void whoHasMovedIsSomebodyAllTheSameIfHisAddressStandsForOthers() throws IOException {
    String moved = "inline:{ {sales@virtual.test=the moon}, bob@far.test=b@far.test }";

    assertThat(targets(expand("sales@virtual.test", "relocated_maps", moved)))
        .isEqualTo("ada@virtual.test bob@far.test=5.1.6 User has moved to b@far.test");
    assertThat(targets(expand("other@local.test", "relocated_maps", "inline:{ {other=the moon} }")))
        .isEqualTo("other@local.test=5.1.6 User has moved to the moon");
  }

  @Test
  void theOwnerMayBeExpandedOrMeanNothing() throws IOException {
    assertThat(targets(expand("news@local.test", "expand_owner_alias", "yes")))
        .contains("x@far.test for ada@virtual.test");
    assertThat(targets(expand("news@local.test", "owner_request_special", "no")))
        .isEqualTo("eve@mx.local.test x@far.test info@mx.local.test");
    Recipient wishing =
        new Recipient(
            Address.parse("news@local.test"), Set.of(Recipient.Notify.SUCCESS), Optional.of("x"));
    assertThat(expansion().expand(SENDER, wishing, Facts.WAITING).targets())
        .isNotEmpty()
        .allMatch(target -> target.recipient().reportOn().isEmpty());
    Recipient alias =
        new Recipient(Address.parse("toinfo@local.test"), wishing.reportOn(), wishing.original());
    assertThat(expansion().expand(SENDER, alias, Facts.WAITING).targets().get(0).recipient())
        .isEqualTo(
            new Recipient(
                Address.parse("info@mx.local.test"),
                Set.of(Recipient.Notify.SUCCESS),
                Optional.of("x")));
  }

  @Test
  void limitsAreWhatTheSettingsSay() throws IOException {
    String chain = "inline:{ a@x.test=b@x.test, b@x.test=c@x.test, c@x.test=d@x.test }";

    assertThat(targets(expand("a@x.test", "virtual_alias_maps", chain))).isEqualTo("d@x.test");
    assertThat(
            targets(
                expand(
                    "a@x.test", "virtual_alias_maps", chain, "virtual_alias_recursion_limit", "3")))
        .isEqualTo("a@x.test=4.6.0 Alias expansion error");
    assertThat(
            targets(
                expand(
                    "a@x.test",
                    "virtual_alias_maps",
                    "inline:{ a@x.test=longer@x.test }",
                    "virtual_alias_address_length_limit",
                    "12")))
        .isEqualTo("a@x.test=4.6.0 Alias expansion error");
  }

  /** However long a list in a file is: its length is its owner's choice. */
  @Test
  void aListOfTenThousandIsExpanded() throws IOException {
    Path list =
        Files.writeString(
            folder.resolve("list"),
            IntStream.range(0, 10_000)
                .mapToObj(i -> "m" + i + "@far.test")
                .collect(Collectors.joining("\n")));
    Path aliases = Files.writeString(folder.resolve("more"), "all: :include:" + list + "\n");

    assertThat(expand("all@local.test", "alias_maps", "hash:" + aliases).targets()).hasSize(10_000);
  }

  @Test
  void nobodyStandsForOthersWithoutTables() {
    Settings settings = Settings.builder(PolicyParams.ALL, AliasParams.ALL, FlowParams.ALL).build();
    OwnAddresses own = new OwnAddresses(List.of(), List.of());
    Tables tables = Tables.builder().build();
    Policy policy = Policy.of(settings, own, tables);
    Expansion expansion =
        new Expansion(
            (query, facts, trace) -> new Route.Onward("to", "x"),
            policy,
            Rewriting.of(settings, policy, own, tables),
            Aliases.of(settings, policy, tables),
            Forwarding.of(settings, policy),
            Clock.systemUTC());
    Recipient recipient =
        new Recipient(
            Address.parse("a@b.test"), Set.of(Recipient.Notify.NEVER), Optional.of("rfc822;x"));

    Expanded expanded = expansion.expand(SENDER, recipient, Facts.WAITING);

    assertThat(expanded.targets())
        .containsExactly(new Target(recipient, new Route.Onward("to", "x")));
  }

  /** Where they are allowed, programs and files are targets beside others. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "prog@local.test; alias; prog@local.test=|/bin/cat -u",
        "quoted@local.test; alias; quoted@local.test=|/bin/cat \"a b\" c\\d",
        "prog@local.test; include; prog@local.test=5.7.1 mail to command is restricted",
        "prog@local.test; ''; prog@local.test=5.7.1 mail to command is restricted",
        "file@local.test; alias; file@local.test=/var/log/x",
        "mixed@local.test; alias; eve@mx.local.test mixed@local.test=/dev/log",
        "mixed@local.test; include; eve@mx.local.test",
        "own@local.test; alias; own@local.test=|vacation own own@mx.local.test",
        "listed@local.test; alias; eve@mx.local.test m@far.test ada@virtual.test",
        "listed@local.test; include; eve@mx.local.test m@far.test ada@virtual.test"
            + " listed@local.test=|/bin/cat",
      })
  void programsAndFilesAreTargetsWhereTheyAreAllowed(
      String recipient, String allowed, String targets) throws IOException {
    Expanded expanded =
        expand(
            recipient,
            "program_delivery_enable",
            "yes",
            "file_delivery_enable",
            "yes",
            "allow_mail_to_commands",
            allowed,
            "allow_mail_to_files",
            allowed);

    assertThat(targets(expanded)).isEqualTo(targets);
  }

  @Test
  void whyAProgramGetsNoMailStandsInTheTrace() throws IOException {
    assertThat(expand("prog@local.test").trace())
        .anyMatch(step -> step.equals("no mail for |/bin/cat -u: program_delivery_enable = no"));
  }

  /** What the queue has for a program is that and nothing else. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "local:|/bin/cat -u; |/bin/cat -u",
        "local:/var/mail/x/; /var/mail/x/",
        "local:mx.local.test; ''",
        "filter:local:|/bin/cat; ''",
        "smtp:|/bin/cat; ''",
        "error:local:|x; ''",
      })
  void destinationsOfProgramsAreReadBack(String destination, String what) {
    assertThat(Route.ToAgent.of(destination).map(Route.ToAgent::what).orElse("")).isEqualTo(what);
    Route.ToAgent.of(destination)
        .ifPresent(agent -> assertThat(agent.destination()).isEqualTo(destination));
  }
}
