package org.postroom.core.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.config.BadValue;
import org.postroom.core.refusal.LookupUnavailable;

/** What a database is asked, and what becomes of its answer. */
final class SqlTableTest {
  @TempDir private Path folder;
  private final List<String> asked = new ArrayList<>();
  private List<String> answer = List.of();

  private LookupTable open(String type, String file) throws IOException {
    Files.writeString(folder.resolve("q.cf"), file);
    return Tables.builder()
        .base(folder)
        .sql(
            prepared ->
                (values, most) -> {
                  asked.add(prepared.query() + " " + values);
                  return answer.stream().map(value -> Map.of("v", value)).toList();
                })
        .build()
        .open(type + ":q.cf");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "WHERE k = '%s' | A'b@C.test | WHERE k = ? [a'b@c.test]",
        "WHERE k = %s | x | WHERE k = ? [x]",
        "WHERE k = '%u@%d' | a@b.test | WHERE k = ? [a@b.test]",
        "WHERE u = '%u' AND d = '%d' | a@b.test | WHERE u = ? AND d = ? [a, b.test]",
        "WHERE u = '%U' AND d LIKE '%%.%1' | a@b.test | WHERE u = ? AND d LIKE ? [a, %.test]",
        "WHERE d = '%2/%1' | a@x.b.test | WHERE d = ? [b/test]",
        "WHERE a = 'it''s' AND k = 'it''s %s' | x | WHERE a = 'it''s' AND k = ? [it's x]",
        "WHERE \"Col\" = '%s' AND n LIKE 'a%%' | x | WHERE \"Col\" = ? AND n LIKE 'a%' [x]",
        "WHERE n %% 2 = 0 AND k = '%s' | x | WHERE n % 2 = 0 AND k = ? [x]",
        "WHERE u = '%u' | @b.test | -",
        "WHERE u = '%u' | plain | WHERE u = ? [plain]",
        "WHERE d = '%d' | plain | -",
        "WHERE d = '%3' | a@b.test | -",
        "WHERE d = '%3' | a@x..b.test. | WHERE d = ? [x]",
        "WHERE d LIKE'%s' | a | WHERE d LIKE? [a]",
        "WHERE d = 'x' | `` | -",
      })
  void aKeyIsBoundAndNeverPartOfTheStatement(String query, String key, String statement)
      throws IOException {
    LookupTable table = open("pgsql", "query = " + query + "\n");

    assertThat(table.find(key)).isEmpty();

    assertThat(asked).isEqualTo(statement.equals("-") ? List.of() : List.of(statement));
  }

  @Test
  void doubleQuotesHoldTextInMysqlAlone() throws IOException {
    open("mysql", "query = SELECT v FROM t WHERE k = \"%s\"\n").find("x");

    assertThat(asked).containsExactly("SELECT v FROM t WHERE k = ? [x]");
    assertThatThrownBy(() -> open("pgsql", "query = SELECT v FROM t WHERE k = \"%s\"\n"))
        .isInstanceOf(BadValue.class)
        .hasMessage("pgsql:q.cf: a name in the query cannot hold a part of the key: %s");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "%s | a@b.test,c",
        "<%u> | <a>,<c>",
        "%d | b.test",
        "%s (%S %U %D %1) | a@b.test (u@k.test u k.test test),c (u@k.test u k.test test)",
      })
  void valuesAreFormattedAndJoined(String format, String value) throws IOException {
    answer = List.of("a@b.test", "", "c");
    LookupTable table = open("pgsql", "query = SELECT v\nresult_format = " + format + "\n");

    assertThat(table.find("u@k.test")).contains(value);
  }

  @Test
  void onlyAddressesInTheDomainsAreAskedFor() throws IOException {
    answer = List.of("v");
    LookupTable table = open("sqlite", "query = SELECT '%s'\ndomain = a.test, inline:{b.test=x}\n");

    assertThat(table.find("x@a.test")).contains("v");
    assertThat(table.find("x@B.test")).contains("v");
    assertThat(table.find("x@c.test")).isEmpty();
    assertThat(table.find("@a.test")).isEmpty();
    assertThat(table.find("a.test")).isEmpty();
    assertThat(asked).hasSize(2);
  }

  @Test
  void moreValuesThanAllowedAreNoAnswer() throws IOException {
    answer = List.of("1", "2", "3");

    assertThat(open("pgsql", "query = SELECT 1\nexpansion_limit = 3\n").find("k"))
        .contains("1,2,3");
    LookupTable table = open("pgsql", "query = SELECT 1\nexpansion_limit = 2\n");
    assertThatThrownBy(() -> table.find("k"))
        .isInstanceOf(LookupUnavailable.class)
        .hasMessage("pgsql:q.cf: more than 2 values for one key");
  }

  @Test
  void whatIsLeftOutDoesNotCount() throws IOException {
    answer = List.of("", "a@b.test", "plain", "", "c@d.test");

    assertThat(
            open("pgsql", "query = SELECT 1\nexpansion_limit = 2\nresult_format = %d\n").find("k"))
        .contains("b.test,d.test");
  }

  @Test
  void moreRowsThanAnybodyCanReadAreNoAnswer() throws IOException {
    answer = Collections.nCopies(10_001, "");
    LookupTable table = open("pgsql", "query = SELECT 1\n");

    assertThatThrownBy(() -> table.find("k"))
        .isInstanceOf(LookupUnavailable.class)
        .hasMessage("pgsql:q.cf: more than 10000 rows for one key");
  }

  @Test
  void theOlderFormOfAQueryIsUnderstood() throws IOException {
    LookupTable table =
        open(
            "mysql",
            """
            hosts = unix:/run/mysqld.sock, inet:db.test:3306
            user = postfix
            password = secret
            dbname = mail
            select_field = target
            table = aliases
            where_field = name
            additional_conditions = AND active = 1
            """);

    table.find("k");

    assertThat(asked)
        .containsExactly("SELECT target FROM aliases WHERE name = ? AND active = 1 [k]");

    asked.clear();
    open("pgsql", "select_function = mail.lookup\ntable = ignored\n").find("k");

    assertThat(asked).containsExactly("SELECT mail.lookup(?) [k]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hosts = x | : there is no query",
        "query = SELECT E'%s' | pgsql:q.cf: a text with a prefix cannot hold a part of the key: %s",
        "query = SELECT u&'%s' | pgsql:q.cf: a text with a prefix cannot hold a part of the key: %s",
        "query = SELECT '%x' | pgsql:q.cf: unknown: %x",
        "query = SELECT 'x | pgsql:q.cf: a quote in the query has no end",
        "query = SELECT ? | pgsql:q.cf: a question mark in the query, outside of quotes",
        "qury = x | , line 1: unknown: qury (did you mean query?)",
        "query | , line 1: missing '=' after attribute name: \"query\"",
        "expansion_limit = x\\nquery = y | : expansion_limit: expected a whole number: x",
        "domain = ldap:x\\nquery = y | pgsql:q.cf: table type not supported: ldap:x (export it to a file,"
            + " or ask a database)",
      })
  void whatCannotBeObeyedIsRefused(String file, String why) {
    assertThatThrownBy(() -> open("pgsql", file.replace("\\n", "\n") + "\n"))
        .isInstanceOf(BadValue.class)
        .hasMessageEndingWith(why);
  }

  @Test
  void thereMustBeAFileAndSomebodyWhoAsks() {
    assertThatThrownBy(() -> Tables.builder().build().open("pgsql:x"))
        .isInstanceOf(BadValue.class)
        .hasMessage("no database can be asked here: pgsql:x");
    assertThatThrownBy(
            () ->
                Tables.builder().sql(file -> (v, most) -> List.of()).build().open("pgsql:/no/such"))
        .isInstanceOf(BadValue.class)
        .hasMessageStartingWith("/no/such: cannot read");
  }

  @Test
  void aPasswordIsNotShown() throws IOException {
    Files.writeString(folder.resolve("q.cf"), "query = SELECT 1\npassword = hunter2\n");

    assertThat(SqlTableFile.read("pgsql", folder.resolve("q.cf")).toString())
        .doesNotContain("hunter2");
  }
}
