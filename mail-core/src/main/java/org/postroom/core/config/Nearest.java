package org.postroom.core.config;

import java.util.Optional;

/** Finds the name that somebody who mistyped probably meant. */
public final class Nearest {

  private static final int LONGEST = 100;

  private Nearest() {}

  /** The known name that differs least, if it differs by no more than a slip or two. */
  public static Optional<String> name(String typed, Iterable<String> known) {
    if (typed.length() > LONGEST) {
      return Optional.empty();
    }
    int best = Math.min(3, typed.length() / 3 + 1);
    Optional<String> nearest = Optional.empty();
    for (String name : known) {
      if (Math.abs(name.length() - typed.length()) < best) {
        int distance = distance(typed, name);
        if (distance < best) {
          best = distance;
          nearest = Optional.of(name);
        }
      }
    }
    return nearest;
  }

  /** " (did you mean ...?)", or nothing. */
  public static String hint(String typed, Iterable<String> known) {
    return name(typed, known).map(name -> " (did you mean " + name + "?)").orElse("");
  }

  /** Insertions, deletions, replacements and swaps of neighbours. */
  private static int distance(String left, String right) {
    int[][] cost = new int[left.length() + 1][right.length() + 1];
    for (int i = 0; i <= left.length(); i++) {
      for (int j = 0; j <= right.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int replaced = cost[i - 1][j - 1] + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        cost[i][j] = Math.min(replaced, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && left.charAt(i - 1) == right.charAt(j - 2)
            && left.charAt(i - 2) == right.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[left.length()][right.length()];
  }
}
