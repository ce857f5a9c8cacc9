package org.postroom.dist.applet.postconf;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Listing;
import org.postroom.core.config.LogicalLines;

/** What {@code -M}, {@code -F} and {@code -P} print of master.cf. */
final class MasterListing {
  private final PostconfRequest request;
  private final Listing names;
  private final List<MasterEntry> entries = new ArrayList<>();

  /**
   * Reads the services.
   *
   * @param text of master.cf
   * @param warnings hears what is passed over
   */
  MasterListing(PostconfRequest request, String text, Listing names, Consumer<String> warnings) {
    this.request = request;
    this.names = names;
    new TreeMap<>(MasterCfEdit.logicalLines(text))
        .forEach(
            (number, line) -> {
              if (LogicalLines.isSpace(line.charAt(0))) {
                warnings.accept(
                    request.masterCf()
                        + ": logical line must not start with whitespace: \""
                        + line
                        + "\"");
                return;
              }
              try {
                entries.add(MasterEntry.parse(line));
              } catch (Fatal e) {
                throw new Fatal(
                    "file " + request.masterCf() + ": line " + number + ": " + e.getMessage());
              }
            });
  }

  /** The number of a field; {@link Fatal} for a name that is none's. */
  static int field(String name) {
    int number = MasterEntry.FIELDS.indexOf(name);
    if (number < 0) {
      throw new Fatal("invalid service attribute name: \"" + name + "\"");
    }
    return number;
  }

  /** Prints what was asked for. */
  void print(PrintWriter out, Consumer<String> warnings) {
    List<ServicePattern> patterns = patterns();
    Map<ServicePattern, Boolean> met = new LinkedHashMap<>();
    patterns.forEach(pattern -> met.put(pattern, false));
    for (MasterEntry entry : entries) {
      if (patterns.isEmpty()) {
        printAll(out, entry);
        continue;
      }
      for (ServicePattern pattern : patterns) {
        if (pattern.matches(entry) && print(out, entry, pattern)) {
          met.put(pattern, true);
          if (request.has('M')) {
            break;
          }
        }
      }
    }
    met.forEach(
        (pattern, found) -> {
          if (!found) {
            warnings.accept("unmatched request: \"" + pattern.text() + "\"");
          }
        });
  }

  private List<ServicePattern> patterns() {
    String form =
        request.has('M')
            ? "-M option requires service_name[/type]"
            : request.has('F')
                ? "-F option requires service_name[/type[/field]]"
                : "-P option requires service_name[/type[/parameter]]";
    List<ServicePattern> patterns =
        request.words().stream()
            .map(word -> ServicePattern.parse(word, word, 1, request.has('M') ? 2 : 3, form))
            .toList();
    if (request.has('F')) {
      patterns.stream().filter(one -> !one.namesAll()).forEach(one -> field(one.part()));
    }
    return patterns;
  }

  private void printAll(PrintWriter out, MasterEntry entry) {
    print(out, entry, new ServicePattern("*", "*", "*", ""));
  }

  private boolean print(PrintWriter out, MasterEntry entry, ServicePattern pattern) {
    if (request.has('M')) {
      out.print(entry.line(request.has('f'), text -> value(entry, text)));
      return true;
    }
    if (request.has('F')) {
      for (int i = 0; i < MasterEntry.FIELDS.size(); i++) {
        if (pattern.names(MasterEntry.FIELDS.get(i))) {
          out.print(entry.fieldLine(i, request, text -> value(entry, text)));
        }
      }
      return true;
    }
    boolean found = false;
    for (Map.Entry<String, String> override : new TreeMap<>(entry.overrides()).entrySet()) {
      if (pattern.names(override.getKey())) {
        found = true;
        String name = entry.key() + "/" + override.getKey();
        String value = expanded(entry, override.getKey(), override.getValue());
        out.print(Columns.assignment(name, value, request));
      }
    }
    return found;
  }

  private String value(MasterEntry entry, String assignment) {
    int equals = assignment.indexOf('=');
    String name = assignment.substring(0, equals);
    return name + "=" + expanded(entry, name, assignment.substring(equals + 1));
  }

  private String expanded(MasterEntry entry, String name, String text) {
    if (!request.has('x')) {
      return text;
    }
    Map<String, String> over = new LinkedHashMap<>(entry.overrides());
    over.put("service_name", entry.name());
    over.put("process_name", entry.field(MasterEntry.COMMAND));
    try {
      return names.expanded(name, text, over);
    } catch (BadValue e) {
      throw new Fatal(entry.key() + "/" + name + ": " + e.reason());
    }
  }

  /** Says which names are nobody's, and to which nothing refers. */
  void warn(Consumer<String> warnings) {
    for (MasterEntry entry : entries) {
      entry
          .overrides()
          .forEach(
              (name, value) -> {
                if (!names.isUsed(name)) {
                  warnings.accept(request.masterCf() + ": unused parameter: " + name + "=" + value);
                }
              });
    }
  }
}
