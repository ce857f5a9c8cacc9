package org.postroom.storage.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class MergedMigrationsTest {

  @Test
  void columnsThatAreAddedTogetherStandInTheTableThatIsMade() {
    List<String> merged =
        MergedMigrations.of(
            List.of(
                "CREATE TABLE t (\n  a INT\n);\n",
                "-- Both at once.\nALTER TABLE t ADD COLUMN (\n  b INT,\n  c VARCHAR(10)\n);\n",
                "ALTER TABLE t ALTER COLUMN c SET DATA TYPE VARCHAR(20);\n"));

    assertThat(merged).containsExactly("CREATE TABLE t (\n  a INT,\n  b INT,\n  c VARCHAR(20)\n)");
  }
}
