package org.postroom.dist.applet.postconf;

import java.time.Clock;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.postroom.core.config.LogicalLines;
import org.postroom.dist.applet.edit.EditedFile;
import org.postroom.dist.applet.edit.LogicalEdit;
import org.postroom.dist.applet.edit.LogicalEdit.Change;

/**
 * What {@code -e}, {@code -X} and {@code -#} make of main.cf. Each place that says one of the names
 * is changed; a name with a value that no place says comes behind the rest, in the order of the
 * command line.
 */
final class MainCfEdit {
  private static final String NO_LINES = "-e, -X, or -# accepts no multi-line input";

  private final PostconfRequest request;
  private final Consumer<String> warnings;
  private final Map<String, String> wanted = new LinkedHashMap<>();

  MainCfEdit(PostconfRequest request, Consumer<String> warnings) {
    this.request = request;
    this.warnings = warnings;
    for (String word : request.words()) {
      take(word);
    }
  }

  private void take(String word) {
    if (word.indexOf('\n') >= 0) {
      throw new Fatal(NO_LINES);
    }
    String text = LogicalLines.trimmed(word);
    if (text.startsWith("#")) {
      throw new Fatal("-e, -X, or -# accepts no comment input");
    }
    if (request.has('e')) {
      Assignment assignment = Assignment.parse(word);
      String before = wanted.put(assignment.name(), assignment.value());
      if (before != null) {
        warnings.accept("ignoring earlier request: '" + assignment.name() + " = " + before + "'");
      }
    } else if (text.isEmpty()) {
      throw new Fatal("-X or -# requires non-blank parameter name");
    } else {
      wanted.put(text, "");
    }
  }

  /** Does it. */
  void run(Clock clock) {
    EditedFile file = new EditedFile(request.mainCf(), clock);
    Set<String> repeated = new LinkedHashSet<>();
    file.change(
        text -> {
          repeated.clear();
          return edited(text, repeated);
        });
    repeated.forEach(
        name -> warnings.accept(request.mainCf() + ": multiple entries for \"" + name + "\""));
  }

  private String edited(String text, Set<String> repeated) {
    Map<String, String> octets = new LinkedHashMap<>();
    wanted.forEach((name, value) -> octets.put(EditedFile.octets(name), EditedFile.octets(value)));
    Set<String> found = new HashSet<>();
    String edited =
        LogicalEdit.apply(
            text,
            (line, first) -> {
              String name = name(first);
              String value = octets.get(name);
              if (value == null) {
                return new LogicalEdit.Keep();
              }
              if (!found.add(name)) {
                repeated.add(name);
              }
              return change(name, value);
            });
    if (request.has('e')) {
      for (Map.Entry<String, String> entry : octets.entrySet()) {
        if (!found.contains(entry.getKey())) {
          edited = LogicalEdit.append(edited, entry.getKey() + " = " + entry.getValue());
        }
      }
    }
    return edited;
  }

  private Change change(String name, String value) {
    if (request.has('e')) {
      return new LogicalEdit.Replace(name + " = " + value);
    }
    return request.has('X') ? new LogicalEdit.Remove() : new LogicalEdit.CommentOut();
  }

  private static String name(String line) {
    int end = 0;
    while (end < line.length()
        && line.charAt(end) != '='
        && !LogicalLines.isSpace(line.charAt(end))) {
      end++;
    }
    return line.substring(0, end);
  }
}
