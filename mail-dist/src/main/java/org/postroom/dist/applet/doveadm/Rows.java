package org.postroom.dist.applet.doveadm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postroom.core.json.Json;

/** Lines of a command's answer, in the form that is asked for: doveadm's {@code -f}. */
final class Rows {

  /** How they are printed. */
  enum Form {
    FLOW,
    TABLE,
    PAGER,
    TAB,
    JSON
  }

  /**
   * A column.
   *
   * @param key by which JSON has it
   * @param isPlain whether its title is left out where it stands beside the value
   * @param isNumber whether it stands at the right in a table
   * @param isText whether its lines begin below the title
   */
  record Column(String key, String title, boolean isPlain, boolean isNumber, boolean isText) {
    static Column of(String title) {
      return of(title, title);
    }

    static Column of(String key, String title) {
      return new Column(key, title, false, false, false);
    }

    static Column plain(String title) {
      return plain(title, title);
    }

    static Column plain(String key, String title) {
      return new Column(key, title, true, false, false);
    }

    static Column text(String title) {
      return new Column(title, title, false, false, true);
    }

    static Column number(String key, String title) {
      return new Column(key, title, false, true, false);
    }
  }

  private final Form form;
  private final List<Column> columns;
  private final PrintWriter out;
  private final List<List<String>> rows = new ArrayList<>();
  private boolean isBegun;

  Rows(Form form, List<Column> columns, PrintWriter out) {
    this.form = form;
    this.columns = List.copyOf(columns);
    this.out = out;
  }

  /** Prints one at once, unless all of them decide how wide it is. */
  void add(List<String> row) {
    if (form == Form.TABLE) {
      if (row.stream().anyMatch(cell -> cell.indexOf('\n') >= 0)) {
        throw Ended.fatal(Ended.TEMPORARY, "table formatter doesn't support multi-line values");
      }
      rows.add(List.copyOf(row));
      return;
    }
    begin();
    switch (form) {
      case FLOW -> out.println(flow(row));
      case TAB -> out.println(String.join("\t", row.stream().map(Rows::escaped).toList()));
      case PAGER -> pager(row);
      default -> json(row);
    }
    isBegun = true;
  }

  private void begin() {
    if (isBegun) {
      out.print(form == Form.PAGER ? "\f\n" : form == Form.JSON ? "," : "");
    } else if (form == Form.TAB) {
      out.println(String.join("\t", columns.stream().map(Column::title).toList()));
    } else if (form == Form.JSON) {
      out.print("[");
    }
  }

  /** There are no more. */
  void end() {
    if (form == Form.TABLE) {
      table();
    } else if (form == Form.JSON) {
      out.println(isBegun ? "]" : "[]");
    } else if (form == Form.TAB && !isBegun) {
      begin();
    }
    out.flush();
  }

  private String flow(List<String> row) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      words.add((columns.get(i).isPlain() ? "" : columns.get(i).title() + "=") + row.get(i));
    }
    return String.join(" ", words);
  }

  /** What would end a cell or a line. */
  private static String escaped(String cell) {
    return cell.replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }

  private void pager(List<String> row) {
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      String cell = row.get(i);
      out.print(column.isPlain() ? "" : column.title() + (column.isText() ? ":\n" : ": "));
      out.print(cell);
      out.print(column.isText() && cell.endsWith("\n") ? "" : "\n");
    }
  }

  private void table() {
    boolean hasTitles = columns.stream().anyMatch(column -> !column.isPlain());
    List<List<String>> lines = new ArrayList<>();
    if (hasTitles) {
      lines.add(columns.stream().map(Column::title).toList());
    }
    lines.addAll(rows);
    List<Integer> widths = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      int at = i;
      widths.add(lines.stream().mapToInt(line -> line.get(at).length()).max().orElse(0));
    }
    for (int n = 0; n < lines.size(); n++) {
      List<String> cells = new ArrayList<>();
      for (int i = 0; i < columns.size(); i++) {
        String cell = lines.get(n).get(i);
        String space = " ".repeat(widths.get(i) - cell.length());
        boolean isRight = columns.get(i).isNumber() && !(hasTitles && n == 0);
        cells.add(isRight ? space + cell : cell + space);
      }
      out.println(String.join(" ", cells).stripTrailing());
    }
  }

  private void json(List<String> row) {
    Map<String, String> one = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      one.put(columns.get(i).key(), row.get(i));
    }
    out.print(new String(Json.write(one), UTF_8));
  }
}
