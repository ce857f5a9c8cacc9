package org.postroom.dist.applet.manual;

import java.util.Locale;

/**
 * Text for man(7). What is handed in is plain: whatever a formatter would take for its own language
 * is written so that it prints as it is.
 */
final class Troff {
  private final StringBuilder text = new StringBuilder();

  /** A page's head. */
  Troff(String name, int section, String version) {
    text.append(".TH ")
        .append(quoted(name.toUpperCase(Locale.ROOT)))
        .append(' ')
        .append(section)
        .append(" \"\" ")
        .append(quoted(version))
        .append(' ')
        .append(quoted("Postroom"))
        .append('\n');
  }

  /** A heading. */
  Troff section(String heading) {
    text.append(".SH ").append(quoted(heading)).append('\n');
    return this;
  }

  /** A heading below it. */
  Troff subsection(String heading) {
    text.append(".SS ").append(quoted(heading)).append('\n');
    return this;
  }

  /** Ends the paragraph. */
  Troff paragraph() {
    text.append(".PP\n");
    return this;
  }

  /** A line of the paragraph that has begun. */
  Troff line(String words) {
    text.append(escaped(words)).append('\n');
    return this;
  }

  /** A line in bold. */
  Troff bold(String words) {
    text.append(".B ").append(quoted(words)).append('\n');
    return this;
  }

  /** Something that is explained below it. */
  Troff item(String term, String explanation) {
    text.append(".TP\n.B ").append(quoted(term)).append('\n');
    return line(explanation.isEmpty() ? "\u2014" : explanation);
  }

  /** Other pages, the last line of a page. */
  Troff seeAlso(Iterable<String> names, int section) {
    section("SEE ALSO");
    String before = "";
    for (String name : names) {
      text.append(before.isEmpty() ? "" : before + "\n");
      text.append(".BR ").append(escaped(name)).append(" (").append(section).append(')');
      before = " ,";
    }
    text.append('\n');
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }

  /** A dot or an apostrophe at a line's begin would be a request, a backslash an escape. */
  static String escaped(String words) {
    String plain =
        words
            .strip()
            .replaceAll("\\s+", " ")
            .replace("\\", "\\e")
            .replace("-", "\\-")
            .replace("'", "\\(aq")
            .replace("`", "\\(ga")
            .replace("^", "\\(ha")
            .replace("~", "\\(ti")
            .replace("\u2014", "\\(em");
    return plain.startsWith(".") ? "\\&" + plain : plain;
  }

  private static String quoted(String words) {
    return '"' + escaped(words).replace("\"", "\\(dq") + '"';
  }
}
