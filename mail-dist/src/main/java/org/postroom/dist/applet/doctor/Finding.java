package org.postroom.dist.applet.doctor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one check has found.
 *
 * @param check its name
 * @param about the domain or host, where the check is made for several
 * @param what the fact, with the values that were seen
 * @param why it matters; empty where nothing is wrong
 * @param remedy what to paste or type, a line each
 * @param likely whether there can be another explanation
 */
public record Finding(
    String check,
    String about,
    Level level,
    String what,
    String why,
    List<String> remedy,
    boolean likely) {
  private static final int MOST_SHOWN = 200;

  public Finding {
    remedy = List.copyOf(remedy);
  }

  static Finding good(String what) {
    return new Finding("", "", Level.GOOD, what, "", List.of(), false);
  }

  /** Not looked at. */
  static Finding unknown(String reason) {
    return new Finding("", "", Level.UNKNOWN, reason, "", List.of(), false);
  }

  static Finding warning(String what, String why, String... remedy) {
    return new Finding("", "", Level.WARNING, what, why, List.of(remedy), false);
  }

  static Finding problem(String what, String why, String... remedy) {
    return new Finding("", "", Level.PROBLEM, what, why, List.of(remedy), false);
  }

  /** The same, where there can be another explanation. */
  Finding asLikely() {
    return new Finding(check, about, level, what, why, remedy, true);
  }

  Finding of(String name, String whom) {
    return new Finding(name, whom, level, what, why, remedy, likely);
  }

  /** A text of somebody else's, short and without control characters. */
  static String shown(String text) {
    String part = text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "…" : text;
    return part.replaceAll("\\p{Cntrl}", "?");
  }

  /** For programs. */
  public Map<String, @Nullable Object> toJson() {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("check", check);
    members.put("about", about);
    members.put("level", level.word());
    members.put("what", what);
    members.put("why", why);
    members.put("remedy", remedy);
    members.put("sure", likely ? "likely" : "certain");
    return members;
  }

  /** For people: a line, and what belongs to it indented. */
  public List<String> lines() {
    String whom = about.isEmpty() ? "" : " of " + about;
    List<String> lines = new ArrayList<>();
    lines.add(level.word() + ": " + check + whom + ": " + (likely ? "likely: " : "") + what);
    if (!why.isEmpty()) {
      lines.add("    " + why);
    }
    remedy.forEach(line -> lines.add("    > " + line));
    return lines;
  }
}
