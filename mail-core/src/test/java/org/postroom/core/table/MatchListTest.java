package org.postroom.core.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Braces;
import org.postroom.core.refusal.LookupUnavailable;

final class MatchListTest {
  @TempDir private Path folder;

  private Tables tables() {
    return Tables.builder().base(folder).sql(file -> (values, most) -> List.of()).build();
  }

  private static boolean has(MatchList list, String address, String name) {
    return list.contains(IpLiteral.parse(address).orElseThrow(), () -> name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // items | name | as names | as domains | as domains with what is below
        "a.test | a.test | true | true | true",
        "a.test | x.a.test | false | false | true",
        ".a.test | x.a.test | false | true | false",
        ".a.test | a.test | false | false | false",
        ".a.test | .a.test | true | true | true",
        "A.Test | a.tEST | true | true | true",
        "!a.test b.test | a.test | false | false | false",
        "!x.a.test a.test | x.a.test | false | false | false",
        "!x.a.test a.test | y.a.test | false | false | true",
        "inline:{a.test=REJECT} | a.test | true | true | true",
        "inline:{a.test=x} | x.a.test | false | false | true",
        "inline:{.a.test=x} | x.a.test | false | true | false",
        "!inline:{a.test=x} static:all | a.test | false | false | false",
        "!inline:{a.test=x} static:all | b.test | true | true | true",
        "regexp:{{/^a/ x}} | x.a.test | false | false | false",
        "regexp:{{/a.test$/ x}} | x.a.test | true | true | true",
        "a.test # b.test | a.test | true | true | true",
      })
  void namesAndDomains(String items, String name, boolean names, boolean domains, boolean below) {
    List<String> texts = Braces.items(items.replaceFirst("#.*", ""));

    assertThat(MatchList.ofNames(texts, tables()::open).containsName(name)).isEqualTo(names);
    assertThat(MatchList.ofDomains(texts, false, tables()::open).containsName(name))
        .isEqualTo(domains);
    assertThat(MatchList.ofDomains(texts, true, tables()::open).containsName(name))
        .isEqualTo(below);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "127.0.0.0/8 inline:{192.0.2.7=REJECT} | 192.0.2.7 | unknown | true",
        "127.0.0.0/8 inline:{192.0.2=x} | 192.0.2.7 | unknown | false",
        "inline:{2001:db8::7=x} | 2001:db8:0:0:0:0:0:7 | unknown | true",
        "cidr:{{192.0.2.0/24 x}} | 192.0.2.7 | unknown | true",
        "inline:{a.test=x} | 192.0.2.7 | mx.a.test | true",
        "inline:{a.test=x} | 192.0.2.7 | b.test | false",
        "!inline:{192.0.2.7=x} 192.0.2.0/24 | 192.0.2.7 | unknown | false",
        "!inline:{192.0.2.7=x} 192.0.2.0/24 | 192.0.2.8 | unknown | true",
        "[2001:db8::]/32 | 2001:db8::7 | unknown | true",
      })
  void clients(String items, String address, String name, boolean contained) {
    MatchList list = MatchList.ofClients(Braces.items(items), true, tables()::open);

    assertThat(has(list, address, name)).isEqualTo(contained);
  }

  @Test
  void aTableOfClientsTrustsAllOfItsKeysAndSaysSo() {
    MatchList list =
        MatchList.ofClients(List.of("inline:{192.0.2.7=REJECT}"), true, tables()::open);

    assertThat(list.warnings())
        .containsExactly(
            "every name and address that is a key of inline:{192.0.2.7=REJECT} is in it, whatever its"
                + " value says");
    assertThat(MatchList.ofClients(List.of("!static:x"), true, tables()::open).warnings())
        .isEmpty();
  }

  @Test
  void aFileHoldsLogicalLinesItemsAndTables() throws IOException {
    Path inner = Files.writeString(folder.resolve("inner"), "!c.test d.test\n");
    Path outer =
        Files.writeString(
            folder.resolve("outer"),
            "# comment\na.test,\n  b.test\n# in between\n  inline:{e.test=x}\n"
                + inner
                + " # no\n");

    MatchList list = MatchList.ofNames(List.of(outer.toString()), tables()::open);

    for (String name : List.of("a.test", "b.test", "d.test", "e.test")) {
      assertThat(list.contains(Domain.of(name))).as(name).isTrue();
    }
    assertThat(list.contains(Domain.of("c.test"))).isFalse();
    assertThat(list.warnings())
        .containsExactly(outer + ", line 6: comment at end of line is not supported: # no");
  }

  @Test
  void aFileThatIsNotThereHasNoAnswerAndIsSpokenOf() {
    String missing = folder.resolve("missing").toString();
    MatchList list = MatchList.ofNames(List.of("a.test", missing, "c.test"), tables()::open);

    assertThat(list.containsName("a.test")).isTrue();
    assertThatThrownBy(() -> list.containsName("c.test"))
        .isInstanceOf(LookupUnavailable.class)
        .hasMessage("cannot read " + missing);
    assertThat(list.warnings())
        .containsExactly("cannot read " + missing + ": every look-up that reaches it fails");
  }

  @Test
  void aTableThatIsNotThereHasNoAnswer() {
    MatchList list = MatchList.ofNames(List.of("a.test", "hash:missing"), tables()::open);

    assertThat(list.containsName("a.test")).isTrue();
    assertThatThrownBy(() -> list.containsName("b.test")).isInstanceOf(LookupUnavailable.class);
  }

  @Test
  void whatCannotBeObeyedIsRefused() throws IOException {
    Files.writeString(folder.resolve("q"), "query = SELECT '%s'\n");

    assertThatThrownBy(() -> MatchList.ofClients(List.of("::1"), true, tables()::open))
        .isInstanceOf(BadValue.class)
        .hasMessage("an IPv6 address is written [::1]/128: ::1");
    assertThatThrownBy(() -> MatchList.ofClients(List.of("2001:db8::/32"), true, tables()::open))
        .isInstanceOf(BadValue.class)
        .hasMessage("an IPv6 address is written [::1]/128: 2001:db8::/32");
    assertThatThrownBy(() -> MatchList.ofNames(List.of("ldap:x"), tables()::open))
        .isInstanceOf(BadValue.class)
        .hasMessageStartingWith("table type not supported: ldap:x");
    assertThatThrownBy(() -> MatchList.ofNames(List.of("pgsql:q"), tables()::open))
        .isInstanceOf(BadValue.class)
        .hasMessage("a database cannot be asked in a list of this kind yet: pgsql:q");
  }
}
