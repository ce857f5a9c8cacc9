package org.postroom.smtp.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class RecentLinesTest {
  private final RecentLines recent = new RecentLines();

  private record Some(int length, List<String> lines) implements RecentLines.Said {}

  private void add(int length, String... lines) {
    recent.add(new Some(length, List.of(lines)));
  }

  @Test
  void areInTheirOrderAndInAscii() {
    add(1, "Out: a\u00e4\u0007", "Out: b");
    add(1, "In:  c");

    assertThat(recent.lines()).containsExactly("Out: a??", "Out: b", "In:  c");
  }

  @Test
  void areTheLastOnesWhereThereAreMany() {
    for (int i = 0; i < 100; i++) {
      add(500, "In:  " + i);
    }

    assertThat(recent.lines())
        .hasSize(8)
        .startsWith("(what was said before is left out)", "In:  93")
        .endsWith("In:  99");
  }

  @Test
  void whatIsLargerThanAllIsThereByItself() {
    add(1, "In:  short");
    add(100_000, "In:  long");

    assertThat(recent.lines()).containsExactly("(what was said before is left out)", "In:  long");
  }

  @Test
  void nothingIsLeftWhenTheyAreForgotten() {
    add(100_000, "In:  long");
    add(100_000, "In:  longer");
    recent.clear();
    add(1, "In:  next");

    assertThat(recent.lines()).containsExactly("In:  next");
  }

  @Test
  void oneLineHasAnEnd() {
    assertThat(RecentLines.cut("x".repeat(512))).isEqualTo("x".repeat(512));
    assertThat(RecentLines.cut("x".repeat(513))).isEqualTo("x".repeat(512) + "...");
  }
}
