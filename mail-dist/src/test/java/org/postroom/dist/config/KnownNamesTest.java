package org.postroom.dist.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.config.ConfigParams;
import org.postroom.core.config.KnownNames;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamFamily;
import org.postroom.core.report.ParamClass;
import org.postroom.dist.assembly.Parts;

/** Every name of the compatible systems is known, each in one place. */
final class KnownNamesTest {

  private static Set<String> declared() {
    Set<String> names = new TreeSet<>();
    Stream.concat(Arrays.stream(Parts.standard().params()), Stream.of(ConfigParams.ALL))
        .forEach(
            set -> {
              set.params().stream().map(Param::name).forEach(names::add);
              set.families().stream().map(ParamFamily::pattern).forEach(names::add);
            });
    return names;
  }

  private static List<String> names(String table) {
    return KnownNames.of(table).stream().map(KnownNames.Entry::name).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {KnownNames.POSTFIX, KnownNames.DOVECOT})
  void whatIsActedUponIsDeclaredAndStandsInNoTable(String table) {
    assertThat(names(table)).doesNotContainAnyElementsOf(declared());
  }

  @ParameterizedTest
  @ValueSource(strings = {KnownNames.POSTFIX, KnownNames.DOVECOT})
  void aTableIsSortedAndHasEachNameOnce(String table) {
    assertThat(names(table)).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void noNameStandsInTwoTables() {
    assertThat(names(KnownNames.POSTFIX)).doesNotContainAnyElementsOf(names(KnownNames.DOVECOT));
  }

  @Test
  void everyNameOfPostfixIsKnown() throws IOException {
    Set<String> known = declared();
    known.addAll(names(KnownNames.POSTFIX));

    try (InputStream in =
        getClass().getResourceAsStream("../configurations/postfix-3.7-names.txt")) {
      assertThat(new String(in.readAllBytes(), UTF_8).lines()).isSubsetOf(known);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {KnownNames.POSTFIX, KnownNames.DOVECOT})
  void whatIsRefusedOrWarnedAboutSaysWhy(String table) {
    assertThat(KnownNames.of(table))
        .filteredOn(
            entry ->
                entry.paramClass() == ParamClass.REFUSED
                    || entry.paramClass() == ParamClass.PARTIAL)
        .allSatisfy(entry -> assertThat(entry.note()).as(entry.name()).isNotEmpty());
    assertThat(KnownNames.of(table))
        .extracting(KnownNames.Entry::paramClass)
        .doesNotContain(ParamClass.IMPLEMENTED, ParamClass.UNKNOWN);
  }
}
