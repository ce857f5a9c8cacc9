package org.postroom.dist.files;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The letters behind {@code :2,} in the name of a file in a Maildir: capitals mean the same
 * everywhere, {@code a} to {@code z} are Dovecot's for the keywords of one folder.
 */
public final class MaildirFlags {
  /** How many keywords have a letter. */
  public static final int MOST_KEYWORDS = 26;

  private static final Map<Character, String> CAPITALS =
      Map.of(
          'D', "\\Draft",
          'F', "\\Flagged",
          'P', "$Forwarded",
          'R', "\\Answered",
          'S', "\\Seen",
          'T', "\\Deleted");

  private MaildirFlags() {}

  /**
   * What letters mean; those that mean nothing are left out.
   *
   * @param keywords by their letter
   */
  public static Set<String> names(String letters, Map<Character, String> keywords) {
    Set<String> names = new TreeSet<>();
    for (int i = 0; i < letters.length(); i++) {
      char letter = letters.charAt(i);
      String name = CAPITALS.get(letter);
      if (name == null) {
        name = keywords.get(letter);
      }
      if (name != null) {
        names.add(name);
      }
    }
    return names;
  }

  /** What stands behind {@code :2,} in a file's name, or behind {@code ;2,}. */
  public static String letters(String fileName) {
    int info = info(fileName);
    return info < 0 || fileName.length() < info + 3 ? "" : fileName.substring(info + 3);
  }

  /** A file's name without its flags. */
  public static String base(String fileName) {
    int info = info(fileName);
    return info < 0 ? fileName : fileName.substring(0, info);
  }

  private static int info(String fileName) {
    int colon = fileName.indexOf(':');
    return colon >= 0 ? colon : fileName.lastIndexOf(";2,");
  }

  /**
   * The letters of flags, in their order.
   *
   * @param letters those of keywords, by the keyword in lower case
   * @param without takes the flags that have none
   */
  public static String letters(
      Set<String> names, Map<String, Character> letters, Set<String> without) {
    Set<Character> found = new TreeSet<>();
    Map<String, Character> capitals = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    CAPITALS.forEach((letter, name) -> capitals.put(name, letter));
    for (String name : names) {
      Character capital = capitals.get(name);
      // $Forwarded has both: Dovecot does not look at its capital.
      Character small = letters.get(name.toLowerCase(Locale.ROOT));
      if (capital == null && small == null) {
        without.add(name);
      }
      if (capital != null) {
        found.add(capital);
      }
      if (small != null) {
        found.add(small);
      }
    }
    StringBuilder text = new StringBuilder();
    found.forEach(text::append);
    return text.toString();
  }
}
