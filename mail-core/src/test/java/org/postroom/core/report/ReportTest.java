package org.postroom.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.postroom.core.testing.Shows;

final class ReportTest {

  private static final Report REPORT =
      new Report(
          List.of(
              new Fault(new Place("main.cf", 3), "a", "expected \"x\", but found \\\t\uD800"),
              new Fault(new Place("main.cf", 4), "b", ParamClass.REFUSED, "is not supported")),
          List.of(
              notice(Notice.Level.DETAIL, 1, "c", ParamClass.SILENT),
              notice(Notice.Level.NOTE, 5, "d", ParamClass.NO_EFFECT),
              notice(Notice.Level.DETAIL, 6, "e", ParamClass.SILENT),
              notice(Notice.Level.WARNING, 7, "f", ParamClass.UNKNOWN)));

  private static Notice notice(Notice.Level level, int line, String name, ParamClass paramClass) {
    return new Notice(level, new Place("main.cf", line), name, paramClass, "about " + name);
  }

  @Test
  void aStartSaysNotesAndWarnings() {
    assertThat(REPORT.said())
        .containsExactly("note: main.cf, line 5: about d", "warning: main.cf, line 7: about f");
  }

  @Test
  @Shows("A4.13")
  void namesWithoutMeaningAreOneLine() {
    assertThat(REPORT.details()).containsExactly("note: main.cf: without meaning here: c, e");
  }

  @Test
  void aProgramGetsFileLineNameClassAndText() {
    assertThat(REPORT.json())
        .startsWith("{\"good\": false, \"report\": [\n")
        .contains(
            "{\"level\": \"error\", \"file\": \"main.cf\", \"line\": 3, \"name\": \"a\","
                + " \"class\": \"I\", \"text\":"
                + " \"expected \\\"x\\\", but found \\\\\\u0009\\ud800\"}",
            "\"line\": 4, \"name\": \"b\", \"class\": \"E\"",
            "{\"level\": \"warning\", \"file\": \"main.cf\", \"line\": 7, \"name\": \"f\","
                + " \"class\": \"U\", \"text\": \"about f\"}");
    assertThat(new Report(List.of(), List.of()).json())
        .isEqualTo("{\"good\": true, \"report\": []}");
  }
}
