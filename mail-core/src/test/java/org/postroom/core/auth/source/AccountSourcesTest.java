package org.postroom.core.auth.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Settings;
import org.postroom.core.people.AccountSource;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.SqlSource;
import org.postroom.core.table.SqlTableFile;

/** Which sources a configuration names. */
final class AccountSourcesTest {
  @TempDir private Path folder;

  /** Reaches no database. */
  private static final class Unreachable implements SqlSource {
    @Override
    public Query prepare(SqlTableFile file) {
      throw new BadValue("there is no driver");
    }
  }

  private AccountSources of(Map<String, AccountSource> program, String... settings) {
    Settings.Builder builder = Settings.builder(SourceParams.ALL);
    for (int i = 0; i < settings.length; i += 2) {
      builder.set(settings[i], settings[i + 1]);
    }
    return AccountSources.of(
        builder.build(), folder, folder, program, new Unreachable(), Clock.systemUTC());
  }

  private AccountSources named(String text) {
    return of(Map.of(), "account_sources", text);
  }

  @Test
  void filesAreFoundBesideTheConfiguration() throws IOException {
    Files.writeString(folder.resolve("users"), "ada:secret:1000\n");
    AccountSources sources =
        of(
            Map.of(),
            "account_sources",
            "sql, passwd-file:users",
            "passdb_default_password_scheme",
            "PLAIN");

    assertThat(sources.named("passwd-file:users").orElseThrow().find("ada")).isPresent();
    assertThat(sources.named("sql")).isEmpty();
    assertThat(sources.warnings()).isEmpty();
  }

  @Test
  void theRangeOfNumbersSaysWhoOfTheSystemLogsIn() throws IOException {
    Files.writeString(folder.resolve("passwd"), "low:x:499:\nada:x:500:\nhigh:x:501:\nodd:x::\n");
    Files.writeString(folder.resolve("shadow"), "");
    AccountSource system =
        of(Map.of(), "account_sources", "system", "last_valid_uid", "500")
            .named("system")
            .orElseThrow();

    for (String name : List.of("low", "ada", "high", "odd")) {
      assertThat(system.find(name).orElseThrow().mayLogIn()).isEqualTo(name.equals("ada"));
    }
  }

  @Test
  void thoseOfTheProgramComeLastUnlessTheyAreNamed() {
    AccountSource one = name -> Optional.empty();
    AccountSource two = name -> Optional.empty();

    AccountSources sources =
        of(Map.of("one", one, "two", two), "account_sources", "program:two sql");

    assertThat(sources.named("program:two")).containsSame(two);
    assertThat(sources.named("program:one")).containsSame(one);
    assertThat(sources.toString()).isEqualTo("program:two, sql, program:one");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "passwd | unknown source of accounts: passwd",
        "passwd-fil:/x | did you mean passwd-file?",
        "passwd-file | expected passwd-file:/path",
        "system:/etc | nothing may stand behind system",
        "sql, system, sql | sql is named twice",
        "program:crm | the program gives no such source: program:crm",
        "'' | nobody is known: expected a source",
        "passwd-file:broken | broken, line 2: no colon, so no user",
        "sql:gone | gone: cannot read",
        "sql:people.cf | people.cf: there is no driver",
      })
  void whatCannotBeObeyedIsAFault(String text, String why) throws IOException {
    Files.writeString(folder.resolve("broken"), "ada:x\nbob\n");
    Files.writeString(folder.resolve("people.cf"), "password_query = SELECT 1\n");

    assertThatThrownBy(() -> named(text))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("account_sources: ")
        .hasMessageContaining(why);
  }

  @Test
  void allFaultsAreSaidAtOnce() {
    assertThatThrownBy(() -> named("passwd, shadow"))
        .isInstanceOfSatisfying(BadConfiguration.class, bad -> assertThat(bad.faults()).hasSize(2));
  }

  @Test
  void aSchemeThatIsNotThereIsAFault() {
    assertThatThrownBy(() -> of(Map.of(), "passdb_default_password_scheme", "ROT13"))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("unknown password scheme: ROT13");
  }
}
