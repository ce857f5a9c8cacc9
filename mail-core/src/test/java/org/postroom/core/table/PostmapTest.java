package org.postroom.core.table;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.Shows;

/**
 * What postmap(1) of a real Postfix says of five hundred keys, and what we say. Skipped where it is
 * not installed, unless {@code -Dpostroom.clients=required} says that it must be.
 */
@Tag("process")
final class PostmapTest {
  private static final int KEYS = 500;
  private static final String NOTHING = "(nothing)";
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));

  @TempDir private Path folder;
  private final Random random = new Random(20);

  @BeforeEach
  void configure() throws IOException {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/sbin/postmap"))
            || "required".equals(System.getProperty("postroom.clients")),
        "postmap");
    write(
        "main.cf",
        "compatibility_level = 3.6\nqueue_directory = "
            + folder
            + "\ndata_directory = "
            + folder
            + "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hash", "btree", "lmdb", "cdb", "texthash"})
  @Shows("A3.7")
  void keysAndValues(String type) throws Exception {
    List<String> keys = new ArrayList<>();
    StringBuilder text = new StringBuilder("# generated\n");
    for (int i = 0; i < 200; i++) {
      String key = key();
      keys.add(key);
      text.append(random.nextInt(9) == 0 ? "# " : "").append(key);
      text.append(pick("\t", " ", "  \n  ", " \n\n# c\n\t")).append(value());
      text.append(pick("", "", " ", "\t", "\n  more " + i)).append('\n');
      text.append(pick("", "", "", "\n", "alone\n", "  \n", "#x\n", "colon: v\n"));
    }
    Path file = write("t", text.toString());
    if (!type.equals("texthash")) {
      run(List.of("postmap", "-c", folder.toString(), type + ":" + file), "");
    }

    compare(type + ":" + file, asked(keys, this::key));
  }

  @Test
  void networks() throws Exception {
    List<String> keys = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    int open = 0;
    for (int i = 0; i < 120; i++) {
      String network = network();
      keys.add(network.replaceFirst("/.*", "").replaceAll("[\\[\\]]", ""));
      int kind = random.nextInt(12);
      if (kind == 0) {
        text.append("if ").append(pick("", "!")).append(network);
        open++;
      } else if (kind == 1 && open > 0) {
        text.append("endif");
        open--;
      } else {
        text.append(pick("", "", "", "", "", "", "!")).append(network);
        text.append(pick(" ", "\t", "   ")).append(value());
      }
      text.append('\n');
    }
    text.append("endif\n".repeat(open));

    compare("cidr:" + write("t", text.toString()), asked(keys, this::address));
  }

  @ParameterizedTest
  @ValueSource(strings = {"regexp", "pcre"})
  void expressions(String type) throws Exception {
    List<String> keys = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      String expression = expression(type);
      int kind = random.nextInt(10);
      if (kind == 0) {
        text.append("if /").append(expression).append("/\n");
        text.append("/").append(expression(type)).append("/ in").append(i).append("\nendif\n");
      } else if (kind == 1) {
        text.append("!/@/").append(" not").append(i).append('\n');
      } else {
        text.append('/').append(expression).append('/').append(pick("", "", "", "i"));
        text.append(' ')
            .append(pick("v", "<$1>", "${1}x", "$(1)$$", "$1y", "$2"))
            .append(i)
            .append('\n');
      }
    }

    compare(type + ":" + write("t", text.toString()), asked(keys, this::text));
  }

  @Test
  void tablesInTheConfiguration() throws Exception {
    for (String table :
        List.of(
            "inline:{ a=1, {c = two words}, a=3 }",
            "static:{ some words }",
            "static:value",
            "unionmap:{inline:{a=1,b=2},inline:{a=3,c=4}}",
            "pipemap:{inline:{a=b,c=a},inline:{b=x,a=y}}",
            "unionmap:{regexp:{{/^a/ r}},inline:{a=1}}",
            "cidr:{{10.0.0.0/8 x},{10.0.0.0/7 y z}}",
            "pcre:{{/^(a)(b)?$/ $1-$2},{/c{1,2}/ cc}}",
            "randmap:{one}")) {
      compare(
          table,
          new TreeSet<>(List.of("a", "A", "ab", "b", "c", "d", "10.1.1.1", "11.1.1.1", "x y")));
    }
  }

  /** Keys of the table, in any case, with such as are not in it. */
  private TreeSet<String> asked(List<String> keys, java.util.function.Supplier<String> others) {
    TreeSet<String> asked = new TreeSet<>();
    while (asked.size() < KEYS) {
      boolean known = !keys.isEmpty() && random.nextInt(3) > 0;
      String key = known ? keys.get(random.nextInt(keys.size())) : others.get();
      asked.add(random.nextInt(4) == 0 ? key.toUpperCase(Locale.ROOT) : key);
    }
    return asked;
  }

  private void compare(String table, TreeSet<String> keys) throws Exception {
    LookupTable ours =
        Tables.builder().random(new java.util.SplittableRandom(1)).build().open(table);
    Map<String, String> expected = new LinkedHashMap<>();
    Map<String, String> actual = new LinkedHashMap<>();
    keys.forEach(key -> expected.put(key, NOTHING));

    expected.putAll(theirs(table, keys));
    keys.forEach(key -> actual.put(key, ours.find(key).orElse(NOTHING)));

    assertThat(actual).as(table).isEqualTo(expected);
    assertThat(actual.values().stream().filter(value -> !value.equals(NOTHING)).count())
        .as("%s: what is found", table)
        .isGreaterThan(keys.size() / 10);
  }

  /** {@code key TAB value} for each key that is there. */
  private Map<String, String> theirs(String table, TreeSet<String> keys) throws Exception {
    String said =
        run(
            List.of("postmap", "-c", folder.toString(), "-q", "-", table),
            String.join("\n", keys) + "\n");
    Map<String, String> found = new LinkedHashMap<>();
    for (String line : said.split("\n")) {
      int tab = line.indexOf('\t');
      if (tab > 0) {
        found.put(line.substring(0, tab), line.substring(tab + 1));
      }
    }
    return found;
  }

  private String run(List<String> command, String input) throws Exception {
    Path output = Files.createTempFile(folder, "out", "");
    Path given = Files.writeString(folder.resolve("in"), input);
    Process process =
        new ProcessBuilder(command)
            .redirectInput(given.toFile())
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("postmap ends").isTrue();
    return Files.readString(output, UTF_8);
  }

  /** Postfix reads what was changed within the last second again and again, until that is over. */
  private Path write(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    return Files.setLastModifiedTime(file, LONG_AGO);
  }

  private String pick(String... of) {
    return of[random.nextInt(of.length)];
  }

  private String key() {
    return pick("user", "User", "ö", "\"a b\"", "x+y", "")
        + random.nextInt(60)
        + pick("@example.org", "@Example.ORG", "", "@[10.0.0.1]", ".example.org");
  }

  private String value() {
    return pick(
        "OK",
        "REJECT no # mail",
        "a@b.test, c@d.test",
        "554 5.7.1 \"no\"",
        "ü " + random.nextInt(9));
  }

  private String network() {
    if (random.nextBoolean()) {
      int bits = random.nextInt(33);
      int address = bits == 0 ? 0 : (10 << 24 | random.nextInt(1 << 12)) & -1 << 32 - bits;
      String text =
          (address >>> 24)
              + "."
              + (address >> 16 & 255)
              + "."
              + (address >> 8 & 255)
              + "."
              + (address & 255);
      // Now and then with a bit too many.
      return random.nextInt(15) == 0
          ? "10.0.0.1/8"
          : text + (bits == 32 ? pick("", "/32") : "/" + bits);
    }
    return pick(
        "2001:db8::/32",
        "[2001:db8::]/33",
        "::/0",
        "2001:db8:0:" + random.nextInt(9) + "::/64",
        "::1");
  }

  private String address() {
    return pick(
        "10.0." + random.nextInt(16) + "." + random.nextInt(256),
        random.nextInt(300) + "." + random.nextInt(256) + ".0." + random.nextInt(256),
        "2001:db8:0:" + random.nextInt(9) + "::" + random.nextInt(9),
        "2001:db8:" + Integer.toHexString(random.nextInt(65536)) + "::1",
        "2001:" + random.nextInt(9999) + "::",
        "010.0.0.1",
        "example.org",
        "[10.0.0.1]");
  }

  private String expression(String type) {
    String perl =
        pick(
            "\\d+",
            "(?!b)(.)",
            "\\bu",
            "(?i)user",
            "x{2,3}?",
            "(?:ab)+",
            "[^\\d@]+@",
            "(\\w+)@\\1");
    String posix = pick("a*+", "[]a]", "[^]b]+$", "\\<user", "a{,2}b", "x{", "[[.a.]]b");
    return pick("^", "", "")
        + pick(
            "(user)[0-9]",
            "[[:alpha:]]+(.)",
            "(a|b)c",
            "([^@]*)@exa",
            "\\.org$",
            "a.c",
            "(x+)y?",
            "[[:upper:]]{2}",
            "#",
            "(ab|a)(c|bcd)$",
            type.equals("pcre") ? perl : posix,
            type.equals("pcre") ? perl : posix);
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      text.append(
          pick(
              "user",
              "ab",
              "abc",
              "bc",
              "x",
              "xx",
              "12",
              "@",
              "@example.org",
              ".",
              "]",
              "#",
              "abcd",
              "aab",
              " "));
    }
    return text.toString().strip() + random.nextInt(10);
  }
}
