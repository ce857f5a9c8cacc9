package org.postroom.dist.config.dovecot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.Shows;
import org.postroom.dist.config.dovecot.DovecotConf.Block;

/** The grammar of dovecot.conf. */
final class DovecotConfTest {
  @TempDir private Path folder;

  private DovecotConf conf(String text) throws IOException {
    return DovecotConf.read(write("dovecot.conf", text));
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text, UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a = b | b",
        "a=b c | b c",
        "a = b # c | b",
        "a = b#c | b",
        "a = \"b # c\" | b # c",
        "a = \" b\\\" \" | ` b\" `",
        "a = 'b c' | b c",
        "a = \"b | \"b",
        "a = b \\~  c \\~ d | b c d",
        "a = x~a = $a y | x y",
        "a = x~b { ~ a = $a y~}~a = $a z | x z",
        "a = $nobody | $nobody",
        "a = 5$ | 5$",
        "a = $SET:b | $SET:b",
        "a = |``",
      })
  void aValueIsWhatDovecotTakesItFor(String lines, String value) throws IOException {
    DovecotConf conf = conf(lines.replace('~', '\n') + "\n");

    assertThat(conf.root().text("a")).isEqualTo(value);
    assertThat(conf.faults()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a | 1 | expected '=', or '{' at the end of the line, behind \"a\"",
        "= b | 1 | a name is missing before '='",
        "a { b = c } | 1 | nothing may follow '{' on its line: \"b = c }\"",
        "a {~b = c | 1 | missing '}' of the block that begins here: a",
        "a = b~} | 2 | '}' without a block that it would end",
        "a {~} x | 2 | nothing may follow '}' on its line: \"x\"",
        "~!include no.conf | 2 | there is no file",
        "!include no*.conf | 1 | there is no file",
        "!include | 1 | expected the name of a file to include",
        "!include dovecot.conf | 1 | a file that includes itself",
        "b = c~ssl = required \\ | 2 | the file ends where a line goes on behind",
        "passdb x {~}~passdb x {~} | 3 | passdb x is there already",
      })
  @Shows("A5.4")
  void aFaultHasFileAndLine(String lines, int line, String words) throws IOException {
    DovecotConf conf = conf(lines.replace('~', '\n') + "\n");

    assertThat(conf.faults().stream().map(Object::toString))
        .anySatisfy(
            said ->
                assertThat(said)
                    .startsWith(folder.resolve("dovecot.conf") + ", line " + line + ": ")
                    .contains(words));
  }

  @Test
  @Shows("A5.4")
  void includesAreReadWhereTheyStandAndInOrder() throws IOException {
    write("conf.d/20-b.conf", "a = 2\nb = $a\n");
    write("conf.d/10-a.conf", "a = 1\n!include ../more/x.inc\n");
    write("conf.d/not.txt", "a = 9\n");
    write("conf.d/.hidden.conf", "a = 8\n");
    write("more/x.inc", "x = in\nservice imap {\n  y = 1\n}\n");

    DovecotConf conf =
        conf("a = 0\n!include conf.d/*.conf\n!include_try local.conf\n!include_try no*.conf\n");

    assertThat(conf.faults()).isEmpty();
    assertThat(conf.root().text("a")).isEqualTo("2");
    assertThat(conf.root().text("b")).isEqualTo("2");
    assertThat(conf.root().text("x")).isEqualTo("in");
    assertThat(conf.root().setting("x").orElseThrow().place().toString()).endsWith("x.inc, line 1");
    assertThat(conf.root().blocks("service")).hasSize(1);
  }

  /**
   * What stands where nobody can look may keep people out. A link to itself is such for root, too.
   */
  @ParameterizedTest
  @ValueSource(strings = {"locked/a.conf", "locked/*.conf"})
  void whatCannotBeLookedForIsNotTakenForMissing(String pattern) throws IOException {
    Files.createSymbolicLink(folder.resolve("locked"), folder.resolve("locked"));

    assertThat(conf("!include_try " + pattern + "\n").faults().toString()).contains("cannot ");
  }

  @Test
  void blocksOfOneNameAreOne() throws IOException {
    DovecotConf conf =
        conf(
            """
            namespace inbox {
              prefix =
              mailbox "Sent Messages" {
                special_use = \\Sent
              }
            }
            passdb {
              driver = a
            }
            namespace inbox {
              separator = /
            }
            passdb {
              driver = b
            }
            plugin/quota = count
            service/imap/process_limit = 3
            plugin {
              quota = maildir
            }
            """);

    assertThat(titles(conf.root()))
        .containsExactly("namespace inbox", "passdb", "passdb", "plugin", "service imap");
    assertThat(conf.root().blocks("namespace").get(0).settings()).hasSize(2);
    assertThat(conf.root().blocks("namespace").get(0).blocks("mailbox").get(0).name())
        .isEqualTo("Sent Messages");
    assertThat(conf.root().blocks("plugin").get(0).text("quota")).isEqualTo("maildir");
    assertThat(conf.root().blocks("service").get(0).text("process_limit")).isEqualTo("3");
  }

  private static List<String> titles(Block block) {
    List<String> titles = new ArrayList<>();
    block.blocks().forEach(one -> titles.add(one.title()));
    return titles;
  }

  @Test
  void whatIncludesTooMuchEnds() throws IOException {
    for (int i = 0; i < 30; i++) {
      write("f" + i, "!include f" + (i + 1) + "\n");
    }
    StringBuilder deep = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      deep.append("a").append(i).append(" {\n");
    }

    assertThat(conf("!include f0\n").faults().toString()).contains("too many files");
    assertThat(conf(deep.toString()).faults().toString()).contains("too many blocks");
    assertThat(conf("a/".repeat(100_000) + "b = c\n").faults().toString())
        .contains("too many blocks");
  }

  @ParameterizedTest
  @CsvSource({
    "TIME, 2s, 2 secs",
    "TIME, 90s, 90 secs",
    "TIME, 120 seconds, 2 mins",
    "TIME, 1 min, 1 mins",
    "TIME, 48hours, 2 days",
    "TIME, 1500ms, 1500 msecs",
    "TIME, 30d, 30 days",
    "TIME, 0, 0",
    "TIME, 5,",
    "TIME, soon,",
    "SIZE, 64k, 64 k",
    "SIZE, 1 MB, 1 M",
    "SIZE, 1024M, 1 G",
    "SIZE, 70000, 70000 B",
    "SIZE, 0, 0",
    "SIZE, 1x,",
    "BOOL, Y, yes",
    "BOOL, 0, no",
    "BOOL, true,",
    "NUMBER, 010, 10",
    "NUMBER, -1,",
    "TEXT, a b, a b",
  })
  void aValueIsShownInOneForm(DovecotNames.Type type, String written, String shown) {
    assertThat(type.shown(written).orElse(null)).isEqualTo(shown);
  }
}
