package org.postroom.dist.applet.postmap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** makemap takes tables from its standard input. */
final class MakemapTest {
  @TempDir private Path folder;
  private int status;

  private String said(String letters, String input, String... words) {
    return said(new MakemapRequest(set(letters), Optional.empty(), "#", List.of(words)), input);
  }

  private static Set<Character> set(String letters) {
    return letters.chars().mapToObj(letter -> (char) letter).collect(Collectors.toSet());
  }

  private String said(MakemapRequest request, String input) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    status =
        new Makemap(
                request,
                new ByteArrayInputStream(input.getBytes(UTF_8)),
                out,
                out,
                Clock.systemUTC())
            .run();
    return said.toString().replace(System.lineSeparator(), "\n").replace(folder + "/", "");
  }

  private String name(String file) {
    return folder.resolve(file).toString();
  }

  private String content(String file) throws IOException {
    return Files.readString(folder.resolve(file), UTF_8);
  }

  /** As it is called most often. */
  @Test
  void leavesATextThatIsItsInput() throws IOException {
    String text = "# ours\nexample.org\tREJECT\n\nBad.Example  550 \"5.7.1 no\"  \n";
    Files.writeString(folder.resolve("access"), text);

    assertThat(said("", text, "hash", name("access"))).isEmpty();
    assertThat(status).isZero();
    assertThat(said("N", text, "hash", name("access.db"))).isEmpty();
    assertThat(content("access")).isEqualTo(text);
    assertThat(folder.resolve("access.db")).doesNotExist();
  }

  @Test
  void writesOneThatIsNotThereAndThenItsOwnAnew() throws IOException {
    assertThat(said("v", "A@x.org b\nü c\n", "btree", name("map")))
        .isEqualTo("key=`a@x.org', val=`b'\nkey=`ü', val=`c'\n");
    assertThat(content("map")).isEqualTo(Makemap.OURS + "\na@x.org\tb\nü\tc\n");

    assertThat(said("f", "Z z\n", "hash", name("map"))).isEmpty();
    assertThat(content("map")).isEqualTo(Makemap.OURS + "\nZ\tz\n");

    assertThat(said("o", "y y\n", "hash", name("map"))).isEmpty();
    assertThat(said("or", "y x\n", "hash", name("map"))).isEmpty();
    assertThat(said("u", "", "hash", name("map"))).isEqualTo("z\tz\ny\tx\n");
    assertThat(said("o", "y z\n", "hash", name("map")))
        .isEqualTo("makemap: map: key y: duplicate key\n");
    assertThat(status).isEqualTo(65);
  }

  @Test
  void writesOverNobodysText() throws IOException {
    Files.writeString(folder.resolve("access"), "# mine\na b\n");

    assertThat(said("", "a c\n", "hash", name("access")))
        .startsWith("makemap: access: this text says something else than standard input");
    assertThat(status).isEqualTo(73);
    assertThat(content("access")).isEqualTo("# mine\na b\n");
    assertThat(said("", "a c\n", "hash", name("none/access")))
        .contains("none/access: cannot be made");
    assertThat(status).isEqualTo(73);
  }

  @Test
  void saysWhatIsWrongWithLines() {
    assertThat(said("", "a\n b c\na b\nA d\nx\ty\n", "hash", name("map")))
        .isEqualTo(
            """
            makemap: map: line 1: no RHS for LHS a
            makemap: map: line 2: syntax error (leading space)
            makemap: map: line 4: key A: duplicate key
            """);
    assertThat(status).isEqualTo(65);
    assertThat(folder.resolve("map")).doesNotExist();
    assertThat(said("de", "a\nb c\nb d\n", "hash", name("map")))
        .contains("a text has no entries without a value", "duplicate key: a text has none");
    assertThat(
            said(
                new MakemapRequest(Set.of(), Optional.of(":"), ";", List.of("hash", name("map"))),
                "; note\na: b c\nd e: f\n"))
        .isEqualTo(
            "makemap: map: line 3: key d e: a text has none with white space, and none that begins with"
                + " #\n");
  }

  /** What a text would take for a line that goes on, or otherwise than sendmail. */
  @Test
  void writesNothingThatWouldMeanSomethingElse() throws IOException {
    assertThat(said("", "\"a b\n", "hash", name("map")))
        .isEqualTo("makemap: map: its lines mean something else in a text than in a map\n");
    assertThat(status).isEqualTo(65);
    assertThat(folder.resolve("map")).doesNotExist();
  }

  @Test
  void hasTypesAndTwoWords() {
    assertThat(said("l", "")).isEqualTo("hash\nbtree\n");
    assertThat(said("", "", "implicit", name("map")))
        .isEqualTo("makemap: Type implicit not supported here\n");
    assertThat(status).isEqualTo(69);
    assertThat(said("", "", "regexp", name("map"))).contains("Type regexp not supported here");
    assertThat(said("", "", "hash")).startsWith("makemap: usage: makemap [-C cffile] [-N]");
    assertThat(status).isEqualTo(64);
    assertThat(said("u", "", "hash", name("map"))).contains("map: No such file");
    assertThat(status).isEqualTo(66);
  }
}
