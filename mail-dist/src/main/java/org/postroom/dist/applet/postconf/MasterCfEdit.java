package org.postroom.dist.applet.postconf;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.postroom.core.config.LogicalLines;
import org.postroom.dist.applet.edit.EditedFile;
import org.postroom.dist.applet.edit.LogicalEdit;
import org.postroom.dist.applet.edit.LogicalEdit.Change;

/**
 * What {@code -Me}, {@code -MX}, {@code -M#}, {@code -Fe}, {@code -Pe} and {@code -PX} make of
 * master.cf. A service that is changed is written anew, in the place where it begins; comments in
 * it and behind it stay behind it.
 */
final class MasterCfEdit {
  private final PostconfRequest request;
  private final Consumer<String> warnings;
  private final List<Wanted> wanted = new ArrayList<>();

  /** One request; its value is empty where there is none. */
  private record Wanted(ServicePattern pattern, String value) {}

  MasterCfEdit(PostconfRequest request, Consumer<String> warnings) {
    this.request = request;
    this.warnings = warnings;
    for (String word : request.words()) {
      wanted.add(request.has('M') ? service(word) : part(word));
    }
  }

  private Wanted service(String word) {
    String complaint = "-Me, -MX or -M# requires service_name/type";
    if (!request.has('e')) {
      return new Wanted(ServicePattern.parse(word, word, 2, 2, complaint), "");
    }
    Assignment assignment = Assignment.parse(word);
    Wanted one =
        new Wanted(
            ServicePattern.parse(assignment.name(), word, 2, 2, complaint),
            EditedFile.octets(assignment.value()));
    entry(one.value(), word);
    return one;
  }

  private Wanted part(String word) {
    String complaint =
        request.has('F')
            ? "-Fe or -FX requires service_name/type/field_name"
            : "-Pe or -PX requires service_name/type/parameter";
    if (request.has('X')) {
      return new Wanted(ServicePattern.parse(word, word, 3, 3, complaint), "");
    }
    Assignment assignment = Assignment.parse(word);
    ServicePattern pattern = ServicePattern.parse(assignment.name(), word, 3, 3, complaint);
    String value = EditedFile.octets(assignment.value());
    boolean hasSpace = value.chars().anyMatch(c -> LogicalLines.isSpace((char) c));
    if (request.has('P') && hasSpace) {
      throw new Fatal("-Pe does not accept whitespace in parameter value");
    }
    if (request.has('F')) {
      int field = MasterListing.field(pattern.part());
      if (hasSpace && field != MasterEntry.COMMAND) {
        throw new Fatal("-Fe does not accept whitespace in non-command field");
      }
      MasterEntry.parse("x unix - - n - - x").set(field, value);
    }
    return new Wanted(pattern, value);
  }

  private static MasterEntry entry(String line, String said) {
    try {
      return MasterEntry.parse(line);
    } catch (Fatal e) {
      throw new Fatal(e.getMessage() + ": \"" + said + "\"");
    }
  }

  /** Does it. */
  void run(Clock clock) {
    EditedFile file = new EditedFile(request.masterCf(), clock);
    Set<Wanted> met = new HashSet<>();
    file.change(
        text -> {
          met.clear();
          return edited(text, met);
        });
    if (!request.has('M')) {
      wanted.stream()
          .filter(one -> !met.contains(one))
          .forEach(
              one ->
                  warnings.accept("unmatched service_name/type: \"" + one.pattern().text() + "\""));
    }
  }

  private String edited(String text, Set<Wanted> met) {
    Map<Integer, String> lines = logicalLines(text);
    String edited =
        LogicalEdit.apply(
            text, (line, first) -> change(line, lines.getOrDefault(line, first), met));
    if (request.has('M') && request.has('e')) {
      for (Wanted one : wanted) {
        if (!met.contains(one)) {
          edited = LogicalEdit.append(edited, written(entry(one.value(), one.pattern().text())));
        }
      }
    }
    return edited;
  }

  private Change change(int number, String line, Set<Wanted> met) {
    List<Wanted> fitting =
        wanted.stream().filter(one -> one.pattern().matches(entry(number, line))).toList();
    met.addAll(fitting);
    if (fitting.isEmpty()) {
      return new LogicalEdit.Keep();
    }
    if (request.has('M')) {
      return request.has('e')
          ? new LogicalEdit.Replace(
              written(MasterEntry.parse(fitting.get(fitting.size() - 1).value())))
          : request.has('X') ? new LogicalEdit.Remove() : new LogicalEdit.CommentOut();
    }
    MasterEntry entry = entry(number, line);
    for (Wanted one : fitting) {
      String part = one.pattern().part();
      if (request.has('F')) {
        entry.set(MasterListing.field(part), one.value());
      } else if (request.has('X')) {
        entry.withdraw(EditedFile.octets(part));
      } else {
        entry.override(EditedFile.octets(part), one.value());
      }
    }
    return new LogicalEdit.Replace(written(entry));
  }

  private MasterEntry entry(int number, String line) {
    try {
      return MasterEntry.parse(line);
    } catch (Fatal e) {
      throw new Fatal("file " + request.masterCf() + ": line " + number + ": " + e.getMessage());
    }
  }

  private static String written(MasterEntry entry) {
    String line = entry.line(true, UnaryOperator.identity());
    return line.substring(0, line.length() - 1);
  }

  /** By the numbers of the lines where they begin. */
  static Map<Integer, String> logicalLines(String text) {
    Map<Integer, String> lines = new HashMap<>();
    LogicalLines reader = new LogicalLines(new StringReader(text));
    try {
      while (reader.next()) {
        lines.put(reader.line(), reader.text());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return lines;
  }
}
