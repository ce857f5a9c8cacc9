package org.postroom.dist.applet;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Options of one letter as getopt(3) reads them: several in one word, values attached or in the
 * next word, and all that begins with the first word that is no option are operands.
 *
 * @param given in their order
 * @param operands what follows
 */
record Getopt(List<Given> given, List<String> operands) {

  /** An option; its value is empty where it has none. */
  record Given(char letter, String value) {}

  /** What cannot be read; the message is getopt's. */
  static final class Misused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Misused(String message) {
      super(message);
    }
  }

  /**
   * Reads words.
   *
   * @param letters those that there are, each that has a value with a colon behind it
   */
  static Getopt parse(String letters, List<String> words) {
    List<Given> given = new ArrayList<>();
    int next = 0;
    while (next < words.size()) {
      String word = words.get(next);
      if (word.length() < 2 || word.charAt(0) != '-') {
        break;
      }
      next++;
      if (word.equals("--")) {
        break;
      }
      for (int i = 1; i < word.length(); i++) {
        char letter = word.charAt(i);
        int known = letter == ':' ? -1 : letters.indexOf(letter);
        if (known < 0) {
          throw new Misused("invalid option -- '" + letter + "'");
        }
        if (!letters.startsWith(":", known + 1)) {
          given.add(new Given(letter, ""));
          continue;
        }
        if (i + 1 == word.length() && next == words.size()) {
          throw new Misused("option requires an argument -- '" + letter + "'");
        }
        given.add(
            new Given(letter, i + 1 < word.length() ? word.substring(i + 1) : words.get(next++)));
        break;
      }
    }
    return new Getopt(given, List.copyOf(words.subList(next, words.size())));
  }

  /** Whether it is there. */
  boolean has(char letter) {
    return given.stream().anyMatch(one -> one.letter() == letter);
  }

  /** The values that it was given, in their order. */
  List<String> all(char letter) {
    return given.stream().filter(one -> one.letter() == letter).map(Given::value).toList();
  }

  /** The value that it was given last. */
  Optional<String> last(char letter) {
    return all(letter).stream().reduce((earlier, later) -> later);
  }
}
