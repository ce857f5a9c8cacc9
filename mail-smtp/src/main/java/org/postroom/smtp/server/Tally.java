package org.postroom.smtp.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How often each command was given in a session, and how often it went well. */
final class Tally {
  private final Map<String, int[]> counts = new LinkedHashMap<>();

  void given(String verb) {
    counts.computeIfAbsent(verb, key -> new int[2])[1]++;
  }

  void wentWell(String verb) {
    int[] known = counts.get(verb);
    if (known != null) {
      known[0]++;
    }
  }

  /** {@code ehlo=1 rcpt=4/8 commands=5/9}: what went well, of how many. */
  @Override
  public String toString() {
    List<String> words = new ArrayList<>();
    int[] all = new int[2];
    counts.forEach(
        (verb, count) -> {
          words.add(word(verb.toLowerCase(Locale.ROOT), count));
          all[0] += count[0];
          all[1] += count[1];
        });
    words.add(word("commands", all));
    return String.join(" ", words);
  }

  private static String word(String name, int[] count) {
    return count[0] == count[1] ? name + "=" + count[0] : name + "=" + count[0] + "/" + count[1];
  }
}
