package org.postroom.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Each statement is shown by tests, or says what is missing. */
final class TutorialsTest {
  private final List<Tutorials.Statement> statements =
      Tutorials.chapters().stream().flatMap(chapter -> chapter.statements().stream()).toList();
  private final Set<String> shown = Tutorials.shown().keySet();

  @Test
  void aNumberStandsForOneStatement() {
    assertThat(statements).extracting(Tutorials.Statement::number).doesNotHaveDuplicates();
    assertThat(statements)
        .allSatisfy(
            one -> {
              assertThat(one.number()).matches("A[1-6]\\.[1-9][0-9]?");
              assertThat(one.tier()).matches("[123](/[123])?");
              assertThat(one.text()).isNotBlank().doesNotContain("|");
              assertThat(one.missing()).doesNotContain("|");
            });
  }

  @Test
  void testsShowWhatIsThere() {
    assertThat(shown)
        .as("numbers at @Shows that stand in tutorials.tsv")
        .isSubsetOf(statements.stream().map(Tutorials.Statement::number).toList());
  }

  @Test
  void whatNoTestShowsSaysWhatIsMissing() {
    assertThat(numbers(false)).as("statements that name nothing missing").isSubsetOf(shown);
  }

  @Test
  void whatTestsShowMissesNothing() {
    assertThat(numbers(true)).doesNotContainAnyElementsOf(shown);
  }

  private Set<String> numbers(boolean missing) {
    return statements.stream()
        .filter(one -> one.missing().isBlank() != missing)
        .map(Tutorials.Statement::number)
        .collect(Collectors.toSet());
  }
}
