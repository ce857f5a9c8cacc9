package org.postroom.core.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a row stands that a table has found. */
final class RowTest {
  @TempDir private Path folder;

  private final Tables tables = Tables.builder().build();

  private String file(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines)).toString();
  }

  private String place(String table, String key) {
    return tables.open(table).row(key).orElseThrow().place().replace(folder + "/", "");
  }

  @Test
  void isFileAndLineWhateverTheFormat() throws IOException {
    String plain = file("plain", "# comment", "", "first 1", "second 2", "  and more", "THIRD 3");
    String networks = file("networks", "192.0.2.0/24 a", "if 10.0.0.0/8", "10.1.0.0/16 b", "endif");
    String patterns = file("patterns", "# none", "/^a/ starts", "/(b)$/ ends");

    assertThat(place("hash:" + plain, "first")).isEqualTo("plain, line 3");
    assertThat(place("texthash:" + plain, "second")).isEqualTo("plain, line 4");
    assertThat(place("hash:" + plain, "third")).isEqualTo("plain, line 6");
    assertThat(place("cidr:" + networks, "192.0.2.7")).isEqualTo("networks, line 1");
    assertThat(place("cidr:" + networks, "10.1.2.3")).isEqualTo("networks, line 3");
    assertThat(place("regexp:" + patterns, "axe")).isEqualTo("patterns, line 2");
    assertThat(place("pcre:" + patterns, "crab")).isEqualTo("patterns, line 3");
    assertThat(tables.open("hash:" + plain).row("fourth")).isEmpty();
  }

  @Test
  void isAllPlacesWhereTablesStandTogether() throws IOException {
    String one = file("one", "key next");
    String two = file("two", "other x", "next last", "key too");

    assertThat(place("unionmap:{hash:" + one + ", hash:" + two + "}", "key"))
        .isEqualTo("one, line 1 and two, line 3");
    assertThat(place("pipemap:{hash:" + one + ", hash:" + two + "}", "key"))
        .isEqualTo("one, line 1, then two, line 2");
    assertThat(place("unionmap:{static:all, hash:" + two + "}", "key")).isEqualTo("two, line 3");
  }

  @Test
  void isNotKnownWhereTheTableIsNoText() {
    assertThat(place("inline:{key=value}", "key")).isEmpty();
    assertThat(place("static:value", "key")).isEmpty();
    assertThat(place("cidr:{{192.0.2.0/24 a}, {10.0.0.0/8 b}}", "10.0.0.1")).endsWith(", rule 2");
    TableList list = new TableList(List.of(tables.open("inline:{key=value}")));
    assertThat(list.find(TableKeys.only("key")).orElseThrow())
        .hasToString("key value (inline:{key=value})");
  }
}
