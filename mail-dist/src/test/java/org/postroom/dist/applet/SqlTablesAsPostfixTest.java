package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.dist.PostgresHouse;

/**
 * What postmap(1) of a real Postfix says of five hundred keys of tables in a PostgreSQL, and what
 * ours says, both by the same file. Where ours differ on purpose it is in the table at the end,
 * with the reason. Skipped where Postfix or its type {@code pgsql} is not installed, unless {@code
 * -Dpostroom.clients=required} says that they must be.
 *
 * <p>The database takes text as octets: a Postfix before 3.8 says that its keys are Latin-1,
 * whatever they are, so that in one that has UTF-8 it finds nothing beyond ASCII.
 */
@Tag("process")
final class SqlTablesAsPostfixTest {
  private static final int KEYS = 500;
  private static final Path TYPES = Path.of("/etc/postfix/dynamicmaps.cf");
  private static final TreeSet<String> NAMES = new TreeSet<>();

  @TempDir private static Path folder;
  private static PostgresHouse postgres;
  private static String where;

  private final Random random = new Random(41);

  /** What a command has said on standard output, and its exit status. */
  private record Outcome(int status, List<String> found) {}

  @BeforeAll
  static void fill() throws Exception {
    assumeTrue(
        "required".equals(System.getProperty("postroom.clients"))
            || Files.exists(TYPES) && Files.readString(TYPES).contains("postfix-pgsql"),
        "postfix-pgsql");
    Files.writeString(folder.resolve("main.cf"), "compatibility_level = 3.6\n");
    postgres = PostgresHouse.start(folder);
    String database = postgres.freshDatabase(" ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");
    where =
        "hosts = localhost:%d\nuser = postgres\ndbname = %s\n".formatted(postgres.port(), database);
    Random random = new Random(40);
    try (Connection connection = DriverManager.getConnection(postgres.url(database));
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE entries (name TEXT, local TEXT, domain TEXT, target TEXT, n INT)");
      statement.execute("CREATE TABLE asked (name TEXT)");
      statement.execute(
          "CREATE FUNCTION lookup(TEXT) RETURNS TEXT LANGUAGE sql AS"
              + " 'INSERT INTO asked VALUES ($1);"
              + " SELECT target FROM entries WHERE name = $1 ORDER BY n LIMIT 1'");
      try (PreparedStatement row =
          connection.prepareStatement("INSERT INTO entries VALUES (?, ?, ?, ?, ?)")) {
        for (int i = 0; i < 600; i++) {
          String name = key(random).toLowerCase(Locale.ROOT);
          int at = name.lastIndexOf('@');
          NAMES.add(name);
          row.setString(1, name);
          row.setString(2, at < 0 ? name : name.substring(0, at));
          row.setString(3, at < 0 ? null : name.substring(at + 1));
          row.setString(4, value(random));
          row.setInt(5, i);
          row.execute();
        }
      }
    }
  }

  @AfterAll
  static void stop() throws IOException {
    if (postgres != null) {
      postgres.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Keys and their parts.
        "query = SELECT target FROM entries WHERE name = '%s' ORDER BY n",
        "query = SELECT target, n FROM entries WHERE name = '%s' ORDER BY n",
        "query = SELECT target FROM entries WHERE local = '%u' AND domain = '%d' ORDER BY n",
        "query = SELECT target FROM entries WHERE local = '%U' OR name = '%S' ORDER BY n LIMIT 3",
        "query = SELECT n FROM entries WHERE domain = '%D' ORDER BY n LIMIT 4",
        "query = SELECT '%1|%2'",
        "query = SELECT '%3'",
        // What is empty, and what is too much.
        "query = SELECT '%s' WHERE '%s' LIKE '%%nothing%%' OR '%s' LIKE '%%1%%'",
        "query = SELECT target, '', NULL FROM entries WHERE name = '%s' LIMIT 1\nexpansion_limit = 1",
        "query = SELECT target FROM entries WHERE name = '%s' LIMIT 2\nexpansion_limit = 2",
        // What becomes of a value.
        "query = SELECT target FROM entries WHERE name = '%s' ORDER BY n\nresult_format = smtp:[%s]",
        "query = SELECT target FROM entries WHERE name = '%s' ORDER BY n\nresult_format = %u at %d",
        "query = SELECT target FROM entries WHERE name = '%s' ORDER BY n\nresult_format = %d",
        "query = SELECT target FROM entries WHERE name = '%s' ORDER BY n\nresult_format = %S%%%u",
        "query = SELECT target FROM entries WHERE name = '%s' ORDER BY n\nresult_format = %U/%D",
        "query = SELECT target FROM entries WHERE name = '%s' ORDER BY n\nresult_format = %2.%1",
        "query = SELECT target FROM entries WHERE name = '%s' ORDER BY n\nresult_format = constant",
        // Which addresses are asked for.
        "query = SELECT target FROM entries WHERE name = '%s'\ndomain = example.org, b.test.",
        "query = SELECT target FROM entries WHERE name = '%s'\ndomain = !a.test, SUB.example.org",
        "query = SELECT '%s'\ndomain = inline:{example.org=x}, [10.0.0.1]",
        // What a database makes of keys in a statement.
        "query = SELECT target FROM entries WHERE name LIKE '%s%%' ORDER BY n LIMIT 2",
        "query = SELECT target FROM entries WHERE strpos('%s', name) = 1 ORDER BY n LIMIT 2",
        "query = SELECT concat('%s', '/x')",
        "query = SELECT '%s' || '/x' WHERE '%s' IS NOT NULL",
        "query = SELECT length('%s'), lower('%s'), split_part('%s', '@', 2)",
        "query = SELECT format('%%s <%%s>', '%u', '%s')",
        "query = SELECT coalesce((SELECT max(target) FROM entries WHERE name = '%s'), '%d')",
        "query = SELECT target FROM entries WHERE name='%s'::text AND n::text IN ('%s', n::text);",
        // How values that are not text are written.
        "query = SELECT n > 300, n / 7.0, n::float8 / 7, n::money, DATE '2026-12-01' + n,"
            + " TIMESTAMP '2026-12-01 00:00', ARRAY[n, 2], '\\x00ff'::bytea, INTERVAL '90 min',"
            + " jsonb_build_object('a', n) FROM entries WHERE name = '%s' ORDER BY n LIMIT 1",
        // Older forms.
        "select_field = target\ntable = entries\nwhere_field = name\n"
            + "additional_conditions = AND n > 100 ORDER BY n",
        "select_function = lookup",
      })
  void fiveHundredKeysFindTheSame(String file) throws Exception {
    Path table = table(file);
    List<String> keys = asked();

    Outcome theirs = theirs(table, keys);
    Outcome ours = ours(table, keys);

    assertThat(ours).as(file).isEqualTo(theirs);
    assertThat(ours.status()).as(file).isZero();
    assertThat(ours.found()).as(file).hasSizeGreaterThan(KEYS / 50);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "query = SELECT '%s' WHERE 1 = 2",
        "query = SELECT '', NULL, '%s' WHERE 1 = 2",
        "query = SELECT '%d'",
        "query = SELECT n FROM entries\nexpansion_limit = 599",
        "query = SELECT n FROM nowhere WHERE name = '%s'",
        "query = SELECT n FROM entries WHERE n = '%s'",
      })
  void whatIsNotFoundHasTheSameStatus(String file) throws Exception {
    Path table = table(file);

    assertThat(ours(table, List.of("k"))).as(file).isEqualTo(theirs(table, List.of("k")));
  }

  /** What differs on purpose: a file, a key, what they find and we do not or the other way. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // One domain is one value, in whichever script it is written.
        "query = SELECT 'v'\\ndomain = bücher.test | a@xn--bcher-kva.test | | v",
        "query = SELECT 'v'\\ndomain = xn--bcher-kva.test | a@bücher.test | | v",
        // A key is bound, so that it is text and no part of the statement.
        "query = SELECT n FROM entries WHERE n = %s OR n = 2 ORDER BY n LIMIT 1 | 1 or true | 0 | ",
        "query = SELECT name FROM (VALUES ('k')) AS v (name) WHERE name = %s | k | | k",
        "query = SELECT E'%s' | \\141 | a | ",
      })
  void whatDiffersOnPurpose(String file, String key, String theirs, String ours) throws Exception {
    Path table = table(file.replace("\\n", "\n"));

    assertThat(theirs(table, List.of(key)).found()).isEqualTo(found(key, theirs));
    assertThat(ours(table, List.of(key)).found()).isEqualTo(found(key, ours));
  }

  private static List<String> found(String key, String value) {
    return value == null ? List.of() : List.of(key + "\t" + value);
  }

  private static Path table(String file) throws IOException {
    return Files.writeString(folder.resolve("t.cf"), where + file + "\n");
  }

  /** Keys of the table, in any case, with such as are not in it. */
  private List<String> asked() {
    List<String> known = List.copyOf(NAMES);
    TreeSet<String> asked = new TreeSet<>(List.of(""));
    while (asked.size() < KEYS) {
      String key = random.nextInt(3) > 0 ? known.get(random.nextInt(known.size())) : key(random);
      asked.add(random.nextInt(4) == 0 ? key.toUpperCase(Locale.ROOT) : key);
    }
    return new ArrayList<>(asked);
  }

  private static Outcome theirs(Path table, List<String> keys) throws Exception {
    Path in = Files.writeString(folder.resolve("in"), lines(keys));
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder(words(table))
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("postmap ends").isTrue();
    return new Outcome(process.exitValue(), Files.readString(out).lines().toList());
  }

  private static Outcome ours(Path table, List<String> keys) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int status;
    try (PrintWriter out = new PrintWriter(said, true, UTF_8);
        PrintWriter err = new PrintWriter(new ByteArrayOutputStream(), true, UTF_8)) {
      status =
          Postroom.run(
              new ByteArrayInputStream(lines(keys).getBytes(UTF_8)),
              out,
              err,
              words(table).toArray(String[]::new));
    }
    return new Outcome(status, said.toString(UTF_8).lines().toList());
  }

  private static List<String> words(Path table) {
    return List.of("postmap", "-c", folder.toString(), "-q", "-", "pgsql:" + table);
  }

  private static String lines(List<String> keys) {
    return String.join("\n", keys) + "\n";
  }

  private static String key(Random random) {
    return pick(
            random, "user", "User", "ö", "it's", "'", "a\\", "\\'", "10%", "%s", "a b", "\"q x\"",
            "$1", "?", "a@b", "x--", "")
        + pick(random, "", "" + random.nextInt(9), "" + random.nextInt(40))
        + pick(
            random,
            "@example.org",
            "@Example.ORG",
            "@sub.example.org",
            "@bücher.test",
            "@xn--bcher-kva.test",
            "@.dots.test",
            "@a..b.test",
            "@b.test.",
            "@",
            "@[10.0.0.1]",
            ".example.org",
            "",
            "");
  }

  /** Now and then nothing, of one kind or the other. */
  private static @Nullable String value(Random random) {
    return random.nextInt(11) == 0
        ? null
        : pick(
            random,
            "OK",
            "a@b.test",
            "c@D.test",
            "",
            "@nolocal.test",
            "nodomain@",
            "plain",
            "x, y",
            "it's \\ %s",
            "Grüße " + random.nextInt(9));
  }

  private static String pick(Random random, String... of) {
    return of[random.nextInt(of.length)];
  }
}
