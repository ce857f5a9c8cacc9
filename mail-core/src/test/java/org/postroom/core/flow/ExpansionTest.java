package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.table.Tables;

class ExpansionTest {
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
      file: /var/log/x
      include: :include:/etc/list
      mixed: eve, /dev/log
      half: eve, :include:/etc/list
      own: "|vacation own", \\own
      """;

  @TempDir private Path folder;

  private Expanded expand(String recipient, String... settings) throws IOException {
    Files.writeString(folder.resolve("virtual"), VIRTUAL);
    Files.writeString(folder.resolve("aliases"), ALIASES);
    Settings.Builder given =
        Settings.builder(PolicyParams.ALL, AliasParams.ALL)
            .set("myhostname", "mx.local.test")
            .set("mydestination", "local.test, mx.local.test")
            .set("virtual_mailbox_domains", "virtual.test")
            .set("virtual_alias_maps", "hash:" + folder.resolve("virtual"))
            .set("alias_maps", "hash:" + folder.resolve("aliases"));
    for (int i = 0; i < settings.length; i += 2) {
      given.set(settings[i], settings[i + 1]);
    }
    Settings all = given.build();
    Tables tables = Tables.builder().aliasFiles(all.get(AliasParams.ALIAS_MAPS)).build();
    Policy policy = Policy.of(all, new OwnAddresses(List.of(), List.of()), tables);
    Router router = (address, facts) -> new Route.Onward("to", address.toString());
    return new Expansion(router, policy, Aliases.of(all, tables))
        .expand(Recipient.of(Address.parse(recipient)), Facts.WAITING);
  }

  private static String targets(Expanded expanded) {
    return expanded.targets().stream()
        .map(
            target ->
                target.recipient().address()
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
        "team@virtual.test; ada@virtual.test bob@far.test eve@local.test",
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
        "postmaster@local.test; ada@virtual.test root@local.test",
        "Root+x@mx.local.test; ada@virtual.test root@mx.local.test",
        "ada@local.test; ada@local.test",
        "list@local.test; '\"a b\"@far.test eve@local.test ada@virtual.test bob@far.test'",
        "eve@virtual.test; eve@virtual.test",
        "one@local.test; one@local.test=5.4.6 alias database loop for two",
        "prog@local.test; prog@local.test=5.7.1 mail to command is restricted",
        "file@local.test; file@local.test=5.7.1 mail to file is restricted",
        "include@local.test; include@local.test=4.3.5 Server configuration error",
        "mixed@local.test; eve@local.test",
        "half@local.test; half@local.test=4.3.5 Server configuration error",
        "own@local.test; own@local.test",
        "empty@virtual.test; empty@virtual.test=4.3.5 Server configuration error",
        "grow@virtual.test; grow@virtual.test=4.6.0 Alias expansion error",
        "grow+a@virtual.test; grow+a@virtual.test=4.6.0 Alias expansion error",
        "'\"a b\"@moved.test'; '\"a b\"@far.test'",
      })
  void standsFor(String recipient, String targets) throws IOException {
    assertThat(targets(expand(recipient))).isEqualTo(targets);
  }

  @Test
  void anAddressThatStandsForItselfTooIsNoLoop() throws IOException {
    assertThat(targets(expand("self@virtual.test"))).isEqualTo("self@virtual.test");
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
        .isEqualTo("ada+a@virtual.test root+a@local.test");
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

  @Test
  void nobodyStandsForOthersWithoutTables() {
    Policy policy =
        Policy.of(
            Settings.builder(PolicyParams.ALL).build(), new OwnAddresses(List.of(), List.of()));
    Expansion expansion =
        new Expansion((address, facts) -> new Route.Onward("to", "x"), policy, Aliases.NONE);
    Recipient recipient =
        new Recipient(
            Address.parse("a@b.test"), Set.of(Recipient.Notify.NEVER), Optional.of("rfc822;x"));

    Expanded expanded = expansion.expand(recipient, Facts.WAITING);

    assertThat(expanded.targets())
        .containsExactly(new Target(recipient, new Route.Onward("to", "x")));
  }
}
