package org.postroom.dist.applet.postmap;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.postroom.core.config.LogicalLines;
import org.postroom.core.table.TableText;
import org.postroom.core.table.TableText.Entry;
import org.postroom.dist.applet.edit.EditedFile;
import org.postroom.dist.applet.edit.LogicalEdit;

/**
 * Entries that come into a table's text, or go from it: {@code -i} and {@code -d}. Comments stay,
 * and so does the order; what is new comes behind the rest.
 */
final class EntriesEdit {
  private final PostmapRequest request;
  private final TableName table;
  private final EditedFile file;

  EntriesEdit(PostmapRequest request, TableName table, Clock clock) {
    this.request = request;
    this.table = table;
    this.file = new EditedFile(table.path(), clock);
  }

  /** As keys are compared; lower case where they are not asked for as they are. */
  private String folded(String key) {
    return request.has('f') ? key : key.toLowerCase(Locale.ROOT);
  }

  /** Takes away all entries of the keys; whether there were any. */
  boolean delete(List<String> keys) {
    Set<String> unwanted = new HashSet<>();
    keys.forEach(key -> unwanted.add(folded(key)));
    boolean[] found = new boolean[1];
    file.change(
        text -> {
          Set<Integer> lines = new HashSet<>();
          for (Entry entry : read(text).entries()) {
            if (unwanted.contains(folded(entry.key()))) {
              lines.add(entry.line());
            }
          }
          found[0] = !lines.isEmpty();
          return LogicalEdit.apply(
              text,
              (line, first) ->
                  lines.contains(line) ? new LogicalEdit.Remove() : new LogicalEdit.Keep());
        });
    return found[0];
  }

  /**
   * Puts entries in. Of a key that is there the old entry counts, or with {@code -r} the new one.
   */
  void insert(List<Entry> entries, Consumer<String> warnings) {
    List<String> duplicates = new ArrayList<>();
    file.change(
        text -> {
          duplicates.clear();
          return inserted(text, entries, duplicates);
        });
    duplicates.forEach(key -> warnings.accept(table.name() + ": duplicate entry: \"" + key + "\""));
  }

  private String inserted(String text, List<Entry> entries, List<String> duplicates) {
    Map<String, List<Integer>> places = new HashMap<>();
    for (Entry entry : read(text).entries()) {
      places.computeIfAbsent(folded(entry.key()), key -> new ArrayList<>()).add(entry.line());
    }
    Map<String, Entry> wanted = new LinkedHashMap<>();
    for (Entry entry : entries) {
      String key = folded(entry.key());
      boolean isThere = places.containsKey(key) || wanted.containsKey(key);
      if (isThere && !request.has('r')) {
        if (!request.has('w')) {
          duplicates.add(key);
        }
        continue;
      }
      wanted.put(key, entry);
    }
    Map<Integer, String> replaced = new HashMap<>();
    Set<Integer> removed = new HashSet<>();
    wanted.forEach(
        (key, entry) -> {
          List<Integer> lines = places.getOrDefault(key, List.of());
          if (!lines.isEmpty()) {
            replaced.put(lines.get(0), written(entry));
            removed.addAll(lines.subList(1, lines.size()));
          }
        });
    StringBuilder edited = new StringBuilder(text.length() + 64);
    edited.append(
        LogicalEdit.apply(
            text,
            (line, first) -> {
              String other = replaced.get(line);
              return other != null
                  ? new LogicalEdit.Replace(other)
                  : removed.contains(line) ? new LogicalEdit.Remove() : new LogicalEdit.Keep();
            }));
    for (Map.Entry<String, Entry> one : wanted.entrySet()) {
      if (!places.containsKey(one.getKey())) {
        LogicalEdit.append(edited, written(one.getValue()));
      }
    }
    return edited.toString();
  }

  private String written(Entry entry) {
    String key = EditedFile.octets(entry.key());
    String value = EditedFile.octets(entry.value());
    if (!request.isAliases()) {
      return key + "\t" + value;
    }
    boolean needsQuotes =
        key.chars().anyMatch(c -> LogicalLines.isSpace((char) c) || "#:@\"\\".indexOf(c) >= 0);
    return (needsQuotes ? "\"" + key.replaceAll("([\"\\\\])", "\\\\$1") + "\"" : key)
        + ": "
        + value;
  }

  /** By octets, as the text is; keys are words again. */
  private TableText read(String octets) {
    try {
      TableText read = TableText.read(table.name(), new StringReader(octets), request.form());
      UnaryOperator<String> words = Postmap::words;
      return new TableText(
          read.entries().stream()
              .map(one -> new Entry(words.apply(one.key()), one.value(), one.line()))
              .toList(),
          read.warnings(),
          read.isWhole());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
