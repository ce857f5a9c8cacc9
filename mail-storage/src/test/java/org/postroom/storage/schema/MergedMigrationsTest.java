package org.postroom.storage.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MergedMigrationsTest {
  private static final Path WHOLE =
      Path.of("src/main/resources/org/postroom/storage/schema/db/h2", Schema.NEWEST_WHOLE);

  @Test
  void whatAStoreInMemoryIsMadeOfIsWhatAllMigrationsComeTo() throws IOException {
    String made = MergedMigrations.script(new Schema("h2").migrations());

    if ("write".equals(System.getProperty("postroom.pages"))) {
      Files.writeString(WHOLE, made);
    }

    assertThat(Files.readString(WHOLE))
        .as(
            "make it anew: ./postroom test -pl mail-storage -Dtest=MergedMigrationsTest"
                + " -Dpostroom.pages=write")
        .isEqualTo(made);
  }

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
