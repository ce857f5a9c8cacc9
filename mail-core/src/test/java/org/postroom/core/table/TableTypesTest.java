package org.postroom.core.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.config.BadValue;

/** Each row of the catalogue, and what is refused. */
final class TableTypesTest extends LookupTableContract {
  private static final LookupTable OWN =
      new LookupTable() {
        @Override
        public Optional<String> find(String key) {
          return key.equals("k") ? Optional.of("v") : Optional.empty();
        }

        @Override
        public String name() {
          return "program:own";
        }
      };

  @TempDir private static Path folder;

  private static Tables tables() {
    return Tables.builder()
        .base(folder)
        .table("own", OWN)
        .type("mine", name -> OWN)
        .random(new SplittableRandom(1))
        .environment(name -> name.equals("k") ? Optional.of("v") : Optional.empty())
        .sql(
            file ->
                (values, most) ->
                    values.equals(List.of("k")) ? List.of(Map.of("v", "v")) : List.of())
        .build();
  }

  private static String file(String name, String content) {
    try {
      Files.writeString(folder.resolve(name), content);
      return name;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected Stream<Sample> samples() {
    return TableTypes.ALL.stream().map(row -> sample(row.name()));
  }

  private static Sample sample(String type) {
    return switch (type) {
      case "hash", "btree", "lmdb", "dbm", "cdb", "texthash" ->
          sample(type + ":" + file("text", "# c\nk v\n"), "K", "v", "x");
      case "regexp", "pcre" ->
          sample(type + ":" + file("rules", "/^k(.)$/ <$1>\n"), "kv", "<v>", "x");
      case "accessdb" ->
          sample("accessdb:" + file("access", "k ERROR:5.7.1:550 no\n"), "K", "550 5.7.1 no", "x");
      case "mailertable" ->
          sample("mailertable:" + file("mailers", "k esmtp:[h]\n"), "K", "smtp:[h]", "x");
      case "cidr" -> sample("cidr:" + file("nets", "10.0.0.0/8 v\n"), "10.1.2.3", "v", "11.0.0.1");
      case "inline" -> sample("inline:{ k=v, { l = a b } }", "k", "v", "x");
      case "static" -> sample("static:v", "anything", "v");
      case "unionmap" ->
          sample("unionmap:{inline:{k=v},inline:{k=w},inline:{l=x}}", "k", "v,w", "x");
      case "pipemap" -> sample("pipemap:{inline:{k=l},inline:{l=v}}", "k", "v", "l");
      case "randmap" -> sample("randmap:{ v, v }", "k", "v");
      case "environ" -> sample("environ:x", "k", "v", "x");
      case "proxy" -> sample("proxy:inline:{k=v}", "k", "v", "x");
      case "program" -> sample("program:own", "k", "v", "x");
      case "mysql", "pgsql", "sqlite" ->
          sample(
              type + ":" + file(type + ".cf", "query = SELECT v FROM t WHERE k = '%s'\n"),
              "K",
              "v",
              "x");
      default -> throw new IllegalArgumentException("a type without a sample: " + type);
    };
  }

  private static Sample sample(String text, String key, String value, String... absent) {
    return new Sample(tables().open(text), key, value, Stream.of(absent).findFirst());
  }

  @Test
  void thePageNamesAllTypes() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "tables.md"));

    assertThat(TableTypes.ALL).allSatisfy(row -> assertThat(page).contains("`" + row.name() + ":"));
  }

  @Test
  void theEmbeddingProgramCanAddATypeAndATable() {
    assertThat(tables().open("mine:x").find("k")).contains("v");
    assertThatThrownBy(() -> tables().open("program:other"))
        .isInstanceOf(BadValue.class)
        .hasMessage("the program gives no such table: program:other");
  }

  @Test
  void oneNameIsOneTable() {
    Tables tables = tables();
    file("one", "k v\n");

    assertThat(tables.open("hash:one")).isSameAs(tables.open("proxy:hash:one"));
    assertThat(tables.open("hash:one")).isNotSameAs(tables.open("texthash:one"));
  }

  @Test
  void aPathAloneIsOfTheDefaultType() {
    String path = folder.resolve(file("plain", "k v\n")).toString();

    assertThat(tables().open(path).name()).isEqualTo("hash:" + path);
    assertThat(Tables.builder().defaultType("static").build().open("/x").find("k")).contains("/x");
  }

  @Test
  void aFileOfAliasMapsIsInAliasesFormWhereverItIsNamed() {
    String path =
        folder.resolve(file("aliases", "Root: ada, \"|x y\"\npostmaster:root\n")).toString();
    Tables tables = Tables.builder().aliasFiles(List.of("hash:" + path)).build();

    assertThat(tables.open("proxy:hash:" + path).find("root")).contains("ada, \"|x y\"");
    assertThat(tables.open(path).find("postmaster")).contains("root");
    assertThat(tables.open(path).find("root:")).isEmpty();
  }

  @Test
  void aTableOfOthersIsWhatTheyAre() throws IOException {
    Tables tables = tables();
    file("u", "query = SELECT '%s'\n");

    assertThat(tables.open("unionmap:{pgsql:u,static:x}").mayBlock()).isTrue();
    assertThat(tables.open("unionmap:{inline:{a=b},static:x}").mayBlock()).isFalse();
    assertThat(tables.open("pipemap:{regexp:{{/a/ b}},cidr:{{10.0.0.0/8 x}}}").matchesPatterns())
        .isTrue();
    assertThat(tables.open("pipemap:{regexp:{{/a/ b}},static:x}").matchesPatterns()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ldap:/x | table type not supported: ldap:/x (export it to a file, or ask a database)",
        "nis:mail.aliases | table type not supported: nis:mail.aliases (export it to a file (ypcat -k))",
        "netinfo:/aliases | table type not supported: netinfo:/aliases (export it to a file)",
        "unix:passwd.byname | table type not supported: unix:passwd.byname (the system's users cannot be"
            + " looked up yet)",
        "hsh:/x | unknown table type: hsh:/x (did you mean hash?)",
        "access | expected type:name: access",
        "static: | expected type:name: static:",
        "inline:{} | inline:{}: an empty table; it has to be: inline:{ key = value }",
        "inline:{k} | inline:{k}: expected key = value: k",
        "inline:{k=} | inline:{k=}: expected key = value: k=",
        "inline:k=v | expected {...}: k=v",
        "unionmap:{} | unionmap:{}: it has no table; it has to be: unionmap:{type:name}",
        "unionmap:{a} | expected type:name: a",
        "regexp:{{/(/ x}} | regexp:{{/(/ x}}, rule 1: regexp expression: Unclosed group",
      })
  void whatCannotBeObeyedIsRefused(String text, String why) {
    assertThatThrownBy(() -> tables().open(text)).isInstanceOf(BadValue.class).hasMessage(why);
  }

  @Test
  void anIndexWithoutItsSourceIsRefusedWithTheCommandThatMakesIt() {
    file("old.db", "x");

    assertThatThrownBy(() -> tables().open("hash:old"))
        .isInstanceOf(BadValue.class)
        .hasMessage(
            "hash:old: there is only old.db, which is not read here; make its source with: postmap -s"
                + " hash:old > old");
  }

  @ParameterizedTest
  @ValueSource(strings = {"regexp", "pcre"})
  void aValueThatASenderWouldWriteIsRefusedWhereItMatters(String type) {
    String text = type + ":{{/(.*)/ $1}}";

    assertThat(tables().open(text).find("x")).contains("x");
    assertThatThrownBy(() -> tables().openLiteral(text))
        .isInstanceOf(BadValue.class)
        .hasMessageEndingWith("a value with $number is not allowed here, for security reasons");
    assertThat(tables().openLiteral(type + ":{{/(.*)/ x}}").find("y")).contains("x");
  }

  @Test
  void whatIsToBeSaidIsSaidOnce() {
    Tables tables = tables();
    file("odd", "k v\nbad\nk w\nx: y\n");

    tables.open("hash:odd");
    tables.open("hash:odd");
    tables.open("hash:" + file("good", "k v\n"));

    String path = folder.resolve("odd").toString();
    assertThat(tables.notes())
        .containsExactly(
            "hash: tables are read from their text: an edit counts within seconds, without postmap");
    assertThat(tables.warnings())
        .containsExactly(
            path + ", line 2: expected format: key whitespace value -- ignoring this line",
            path + ", line 3: duplicate entry: \"k\" -- ignoring this line",
            path + ", line 4: record is in \"key: value\" format; is this an alias file?");
  }
}
