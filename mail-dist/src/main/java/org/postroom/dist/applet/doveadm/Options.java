package org.postroom.dist.applet.doveadm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What follows a command: options of one letter, and operands.
 *
 * @param given by letter; empty where an option has no value
 */
record Options(Map<Character, String> given, List<String> operands) {

  /**
   * Reads words.
   *
   * @param letters that there are, each that has a value with a colon behind it
   * @throws Ended for others
   */
  static Options of(String letters, List<String> words) {
    Map<Character, String> given = new HashMap<>();
    List<String> operands = new ArrayList<>();
    int next = 0;
    while (next < words.size()) {
      String word = words.get(next++);
      if (word.length() < 2 || word.charAt(0) != '-' || !operands.isEmpty()) {
        operands.add(word);
        continue;
      }
      if (word.equals("--")) {
        operands.addAll(words.subList(next, words.size()));
        break;
      }
      next = one(word, letters, words, next, given);
    }
    return new Options(given, List.copyOf(operands));
  }

  private static int one(
      String word, String letters, List<String> words, int next, Map<Character, String> given) {
    for (int i = 1; i < word.length(); i++) {
      char letter = word.charAt(i);
      int known = letter == ':' ? -1 : letters.indexOf(letter);
      if (known < 0) {
        throw Ended.fatal(Ended.USAGE, "invalid option -- '" + letter + "'");
      }
      if (!letters.startsWith(":", known + 1)) {
        given.put(letter, "");
      } else if (i + 1 < word.length()) {
        given.put(letter, word.substring(i + 1));
        return next;
      } else if (next < words.size()) {
        given.put(letter, words.get(next));
        return next + 1;
      } else {
        throw Ended.fatal(Ended.USAGE, "option requires an argument -- '" + letter + "'");
      }
    }
    return next;
  }

  boolean has(char letter) {
    return given.containsKey(letter);
  }

  Optional<String> value(char letter) {
    return Optional.ofNullable(given.get(letter));
  }

  /** The only operand, or as many as are expected. */
  List<String> exactly(int count, String usage) {
    if (operands.size() != count) {
      throw Ended.usage(usage);
    }
    return operands;
  }

  /** One operand at least. */
  List<String> some(String usage) {
    if (operands.isEmpty()) {
      throw Ended.usage(usage);
    }
    return operands;
  }
}
