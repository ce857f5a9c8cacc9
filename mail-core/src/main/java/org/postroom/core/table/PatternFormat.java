package org.postroom.core.table;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.LogicalLines;

/**
 * {@code /expression/flags value}, {@code !}, {@code if} and {@code endif}: regexp_table(5) and
 * pcre_table(5).
 *
 * @param literal whether a value that puts in what was matched is refused, because whoever writes
 *     the key would write the value
 */
record PatternFormat(PatternSyntax syntax, boolean literal) implements Format {

  @Override
  public Lookup read(TableLines lines, long octets) throws IOException {
    List<PatternRules.Rule> rules = new ArrayList<>();
    Deque<Integer> open = new ArrayDeque<>();
    Deque<String> places = new ArrayDeque<>();
    while (lines.next()) {
      String line = lines.text();
      if (CidrFormat.isWord("endif", line)) {
        if (open.isEmpty()) {
          lines.warn("ignoring ENDIF without matching IF");
        } else {
          places.pop();
          int start = open.pop();
          rules.set(start, rules.get(start).until(rules.size()));
        }
        continue;
      }
      boolean block = CidrFormat.isWord("if", line);
      try {
        rules.add(rule(new Cut(block ? line.substring(2) : line), block, lines));
        if (block) {
          open.push(rules.size() - 1);
          places.push(lines.place());
        }
      } catch (Skipped e) {
        if (block) {
          throw lines.bad(String.valueOf(e.getMessage()));
        }
        lines.warn(e.getMessage() + ": skipping this rule");
      }
    }
    for (int start : open) {
      lines.warn(places.pop(), "IF has no matching ENDIF");
      rules.set(start, rules.get(start).until(rules.size()));
    }
    return new PatternRules(rules);
  }

  private PatternRules.Rule rule(Cut cut, boolean block, TableLines lines) {
    PatternSyntax.Compiled expression = compiled(cut, lines);
    if (block) {
      return new PatternRules.Rule(lines.place(), cut.negated, expression, null, 0);
    }
    if (cut.rest.isEmpty()) {
      lines.warn("no replacement text: using empty string");
    }
    Template value = value(cut.rest);
    int highest = value.highest();
    if (highest >= 0 && literal) {
      throw lines.bad("a value with $number is not allowed here, for security reasons");
    }
    if (highest >= 0 && cut.negated) {
      throw new Skipped("$number found in negative match replacement text");
    }
    if (highest > expression.pattern().matcher("").groupCount()) {
      throw new Skipped("out of range replacement index");
    }
    return new PatternRules.Rule(lines.place(), cut.negated, expression, value, 0);
  }

  private PatternSyntax.Compiled compiled(Cut cut, TableLines lines) {
    try {
      return syntax.compile(cut.expression, cut.flags);
    } catch (PatternSyntax.UnknownFlag e) {
      throw new Skipped(String.valueOf(e.getMessage()));
    } catch (PatternSyntaxException e) {
      throw lines.bad(syntax.name() + " expression: " + e.getDescription());
    } catch (BadValue e) {
      throw lines.bad(syntax.name() + " expression: " + e.reason());
    } catch (StackOverflowError e) {
      // Java's compiler goes one level down for each bracket.
      throw lines.bad(syntax.name() + " expression: nested too deeply");
    }
  }

  private static Template value(String text) {
    try {
      return Template.parse(text);
    } catch (IllegalArgumentException e) {
      throw new Skipped(String.valueOf(e.getMessage()));
    }
  }

  /** A line in its parts. */
  private static final class Cut {
    final boolean negated;
    final String expression;
    final String flags;
    final String rest;

    Cut(String line) {
      int i = 0;
      boolean not = false;
      while (i < line.length() && (line.charAt(i) == '!' || LogicalLines.isSpace(line.charAt(i)))) {
        not ^= line.charAt(i++) == '!';
      }
      if (i == line.length()) {
        throw new Skipped("no regexp");
      }
      char delimiter = line.charAt(i++);
      if (Character.isLetterOrDigit(delimiter)) {
        throw new Skipped("an expression stands between slashes, or other signs");
      }
      int start = i;
      while (i < line.length() && line.charAt(i) != delimiter) {
        i += line.charAt(i) == '\\' ? 2 : 1;
      }
      if (i >= line.length()) {
        throw new Skipped("no closing regexp delimiter \"" + delimiter + "\"");
      }
      int end = i++;
      int flagsFrom = i;
      while (i < line.length() && !LogicalLines.isSpace(line.charAt(i))) {
        i++;
      }
      negated = not;
      expression = line.substring(start, end);
      flags = line.substring(flagsFrom, i);
      rest = LogicalLines.trimmed(line.substring(i));
    }
  }

  /** The rule is passed over with a warning, as the compatible systems do. */
  private static final class Skipped extends RuntimeException {
    private static final long serialVersionUID = 1;

    Skipped(String why) {
      super(why, null, false, false);
    }
  }
}
