package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SharedReadingsTest {
  private final SharedReadings readings = new SharedReadings();

  private static SharedReadings.Stamp stamp(String path, long modified) {
    return new SharedReadings.Stamp(Path.of(path), "1", 10, FileTime.fromMillis(modified));
  }

  @Test
  void whatHasNotChangedIsShared() {
    HomeFile.Reading.Said said = HomeFile.Reading.Said.of("b@far.test");
    readings.share("ada", stamp("/a", 1), said);

    assertThat(readings.find("ada", stamp("/a", 1))).isSameAs(said);
    assertThat(readings.find("ada", stamp("/a", 2))).isNull();
    assertThat(readings.find("eve", stamp("/a", 1))).isNull();
  }

  /** Eight of one user's are read at a time, and may be one. */
  @Test
  void whatTwoHaveReadAtATimeIsThereOnce() {
    List<HomeFile.Reading> held = new ArrayList<>();
    for (int i = 0; i < 512; i++) {
      HomeFile.Reading.Said first = HomeFile.Reading.Said.of("b@far.test");
      held.add(readings.share("ada", stamp("/" + i, 1), first));

      assertThat(readings.share("ada", stamp("/" + i, 1), HomeFile.Reading.Said.of("b@far.test")))
          .isSameAs(first);
    }
    assertThat(held).hasSize(512);
  }

  @Test
  void whatOneUserSaysHasABound() {
    List<HomeFile.Reading> held = new ArrayList<>();
    for (int i = 0; i < 512; i++) {
      held.add(readings.share("ada", stamp("/" + i, 1), HomeFile.Reading.Said.of("# nothing")));
    }
    assertThat(held).allMatch(HomeFile.Reading.Said.class::isInstance);

    HomeFile.Reading more =
        readings.share("ada", stamp("/more", 1), HomeFile.Reading.Said.of("b@far.test"));

    assertThat(more).isInstanceOf(HomeFile.Reading.Failed.class);
    assertThat(readings.share("eve", stamp("/more", 1), HomeFile.Reading.Said.of("c@far.test")))
        .isInstanceOf(HomeFile.Reading.Said.class);
    assertThat(held).hasSize(512);
  }
}
