package org.postroom.core.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What there is to say about a configuration: faults, with which nothing starts, warnings and
 * notes. For a reader as lines, for a program as JSON.
 *
 * @param faults in the order in which they were found
 * @param notices in the order in which they were found
 */
public record Report(List<Fault> faults, List<Notice> notices) {

  public Report {
    faults = List.copyOf(new LinkedHashSet<>(faults));
    notices = List.copyOf(new LinkedHashSet<>(notices));
  }

  /** This, and behind it another. */
  public Report and(Report other) {
    List<Fault> allFaults = new ArrayList<>(faults);
    allFaults.addAll(other.faults());
    List<Notice> allNotices = new ArrayList<>(notices);
    allNotices.addAll(other.notices());
    return new Report(allFaults, allNotices);
  }

  /** Whether a server may start with it. */
  public boolean isGood() {
    return faults.isEmpty();
  }

  /** What a start says: warnings and notes, one line each. */
  public List<String> said() {
    return notices.stream()
        .filter(notice -> notice.level() != Notice.Level.DETAIL)
        .map(Notice::toString)
        .toList();
  }

  /** What a start has no need to say: one line for all names of a file that mean nothing here. */
  public List<String> details() {
    Map<String, List<String>> meaningless = new LinkedHashMap<>();
    List<String> lines = new ArrayList<>();
    for (Notice notice : notices) {
      if (notice.level() != Notice.Level.DETAIL) {
        continue;
      }
      if (notice.paramClass() == ParamClass.SILENT) {
        meaningless
            .computeIfAbsent(notice.place().source(), source -> new ArrayList<>())
            .add(notice.name());
      } else {
        lines.add(notice.toString());
      }
    }
    meaningless.forEach(
        (source, names) ->
            lines.add(
                Notice.Level.DETAIL.word()
                    + ": "
                    + source
                    + ": without meaning here: "
                    + String.join(", ", names)));
    return lines;
  }

  /** One object: {@code good}, and {@code report}, an array with an object for each line. */
  public String json() {
    Collection<String> lines = new ArrayList<>();
    for (Fault fault : faults) {
      lines.add(line("error", fault.place(), fault.name(), fault.paramClass(), fault.text()));
    }
    for (Notice notice : notices) {
      lines.add(
          line(
              notice.level().word(),
              notice.place(),
              notice.name(),
              notice.paramClass(),
              notice.text()));
    }
    return "{\"good\": "
        + isGood()
        + ", \"report\": ["
        + (lines.isEmpty() ? "" : "\n  " + String.join(",\n  ", lines) + "\n")
        + "]}";
  }

  private static String line(
      String level, Place place, String name, ParamClass paramClass, String text) {
    return "{\"level\": "
        + quoted(level)
        + ", \"file\": "
        + quoted(place.source())
        + ", \"line\": "
        + place.line()
        + ", \"name\": "
        + quoted(name)
        + ", \"class\": "
        + quoted(String.valueOf(paramClass.letter()))
        + ", \"text\": "
        + quoted(text)
        + "}";
  }

  /** A JSON string (RFC 8259, 7). */
  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c) && !isPaired(text, i)) {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }

  private static boolean isPaired(String text, int at) {
    char c = text.charAt(at);
    return Character.isHighSurrogate(c)
        ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
        : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
  }
}
