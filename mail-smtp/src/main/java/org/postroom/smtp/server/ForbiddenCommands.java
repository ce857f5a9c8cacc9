package org.postroom.smtp.server;

import java.util.Locale;
import java.util.Set;

/** Lines that no mail client sends: of other protocols, or of a mail's header. */
final class ForbiddenCommands {
  private final Set<String> words;
  private final boolean strangeFirst;

  /**
   * Reads {@code smtpd_forbidden_commands}.
   *
   * @param list words; of regular expressions the default one only
   */
  ForbiddenCommands(String list) {
    words =
        Set.of(list.toUpperCase(Locale.ROOT).replaceAll("REGEXP:.*", "").strip().split("[\\s,]+"));
    strangeFirst = list.contains("regexp:{{/^[^A-Z]/");
  }

  boolean matches(String line) {
    int end = 0;
    while (end < line.length() && line.charAt(end) > ' ') {
      end++;
    }
    String word = line.substring(0, end);
    if (word.isEmpty()) {
      return false;
    }
    char first = Character.toUpperCase(word.charAt(0));
    return words.contains(word.toUpperCase(Locale.ROOT))
        || (strangeFirst && (first < 'A' || first > 'Z'))
        || isHeader(word);
  }

  private static boolean isHeader(String word) {
    int colon = word.indexOf(':');
    return colon > 0
        && word.chars().limit(colon).allMatch(c -> Character.isLetterOrDigit(c) || c == '-');
  }
}
