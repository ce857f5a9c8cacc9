package org.postroom.core.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.table.TableKeys.Parents;

/** Each sequence of keys; a star stands behind a whole one, a dropped extension in brackets. */
final class TableKeysTest {
  private static final RecipientDelimiter PLUS = new RecipientDelimiter("+");

  private static String shown(TableKeys keys) {
    return StreamSupport.stream(keys.spliterator(), false)
        .map(
            key ->
                key.text()
                    + (key.whole() ? "*" : "")
                    + (key.dropped().isEmpty() ? "" : "(" + key.dropped() + ")"))
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "ada@o.test | false | ada@o.test* @o.test",
        "ada@o.test | true | ada@o.test* ada @o.test",
        "ada+x@o.test | false | ada+x@o.test* ada@o.test(+x) @o.test",
        "ada+x+y@o.test | true | ada+x+y@o.test* ada@o.test(+x+y) ada+x+y ada(+x+y) @o.test",
        "+x@o.test | true | +x@o.test* +x @o.test",
        "ada+@o.test | false | ada+@o.test* ada@o.test(+) @o.test",
        "MAILER-DAEMON@o.test | false | MAILER-DAEMON@o.test* @o.test",
        "\"a b+x\"@o.test | true | \"a b+x\"@o.test* a b+x@o.test* \"a b\"@o.test(+x) a b@o.test(+x)"
            + " \"a b+x\" a b+x \"a b\"(+x) a b(+x) @o.test",
        "\"a b\"@o.test | false | \"a b\"@o.test* a b@o.test* @o.test",
        "\"a..b+x y\"@o.test | false | \"a..b+x y\"@o.test* a..b+x y@o.test*"
            + " \"a..b\"@o.test(+x y) a..b@o.test(+x y) @o.test",
        "ada@[192.0.2.1] | false | ada@[192.0.2.1]* @[192.0.2.1]",
      })
  void ofAnAddress(String address, boolean local, String keys) {
    assertThat(shown(TableKeys.address(Address.parse(address), PLUS, local))).isEqualTo(keys);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ada@a.b.test | BARE | ada@a.b.test* a.b.test b.test test ada@",
        "ada@a.b.test | DOTTED | ada@a.b.test* a.b.test .b.test .test ada@",
        "ada+x@b.test | BARE | ada+x@b.test* ada@b.test(+x) b.test test ada+x@ ada@(+x)",
        "ada@[192.0.2.1] | BARE | ada@[192.0.2.1]* [192.0.2.1] ada@",
      })
  void ofAccessTablesForAddresses(String address, Parents parents, String keys) {
    assertThat(shown(TableKeys.access(Address.parse(address), PLUS, parents))).isEqualTo(keys);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ada+x@a.b.test | DOTTED | ada+x@a.b.test* ada@a.b.test(+x) a.b.test .b.test .test *",
        "ada@b.test | BARE | ada@b.test* b.test test *",
      })
  void ofTransportTables(String address, Parents parents, String keys) {
    assertThat(shown(TableKeys.transport(Address.parse(address), PLUS, parents))).isEqualTo(keys);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a.b.test | BARE | a.b.test* b.test test",
        "a.b.test | DOTTED | a.b.test* .b.test .test",
        "localhost | BARE | localhost*",
        "a.test. | BARE | a.test.* test.",
        "192.0.2.1 | BARE | 192.0.2.1*",
        "[192.0.2.1] | DOTTED | [192.0.2.1]*",
        "2001:db8::1 | DOTTED | 2001:db8::1*",
        "1.2.3.4.5 | BARE | 1.2.3.4.5* 2.3.4.5 3.4.5 4.5 5",
        "'' | BARE | ''",
        ". | BARE | .*",
        "a..b | DOTTED | a..b* ..b .b",
      })
  void ofAHost(String name, Parents parents, String keys) {
    assertThat(shown(TableKeys.host(name, parents))).isEqualTo(keys);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "192.0.2.1 | 192.0.2.1* 192.0.2 192.0 192",
        "2001:db8::1 | 2001:db8::1* 2001:db8: 2001:db8 2001",
        "2001:db8:1:2:3:4:5:6 | 2001:db8:1:2:3:4:5:6* 2001:db8:1:2:3:4:5 2001:db8:1:2:3:4 2001:db8:1:2:3"
            + " 2001:db8:1:2 2001:db8:1 2001:db8 2001",
        "::1 | ::1* :",
      })
  void ofAClient(String address, String keys) {
    assertThat(shown(TableKeys.client(IpLiteral.parse(address).orElseThrow()))).isEqualTo(keys);
  }

  @Test
  void ofAliasesAndLogIns() {
    assertThat(shown(TableKeys.alias("ada+x", PLUS))).isEqualTo("ada+x* ada(+x)");
    assertThat(shown(TableKeys.alias("ada", PLUS))).isEqualTo("ada*");
    assertThat(shown(TableKeys.only("ada@o.test"))).isEqualTo("ada@o.test*");
    assertThat(TableKeys.only("")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "+, ada+x, ada",
    "+-, ada-x+y, ada",
    "-, owner-list, owner-list",
    "-, Owner-list, Owner-list",
    "-, list-request, list-request",
    "-, -request, -request",
    "+, list-request+x, list-request",
    "+, postmaster+x, postmaster",
    "-, double-bounce, double-bounce",
    "'', a+b, a+b",
    "+, +b, +b",
    "+, a, a",
  })
  void whereAnExtensionBegins(String characters, String localPart, String user) {
    assertThat(new RecipientDelimiter(characters).user(localPart)).isEqualTo(user);
  }

  @Test
  void eachKeyIsTriedInAllTablesBeforeTheNextAndPatternsSeeWholeKeysOnly() {
    Tables tables = Tables.builder().build();
    TableList list =
        tables.openAll(
            List.of(
                "inline:{ada@o.test=first,@o.test=catch}",
                "regexp:{{/^@o/ pattern},{/^bob/ bob}}",
                "inline:{ada+x@o.test=second,carl@o.test=carl}"));

    assertThat(found(list, "ada+x@o.test")).isEqualTo("second");
    assertThat(found(list, "ada+y@o.test")).isEqualTo("first");
    assertThat(found(list, "bob+x@o.test")).isEqualTo("bob");
    assertThat(found(list, "carl@o.test")).isEqualTo("carl");
    assertThat(found(list, "dora@o.test")).isEqualTo("catch");
    assertThat(found(list, "dora@p.test")).isEqualTo("-");
    assertThat(list.mayBlock()).isFalse();
    assertThat(TableList.EMPTY.find(TableKeys.only("x"))).isEmpty();
  }

  private static String found(TableList list, String address) {
    return list.find(TableKeys.address(Address.parse(address), PLUS, false))
        .map(TableList.Found::value)
        .orElse("-");
  }
}
