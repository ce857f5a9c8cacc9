package org.postroom.core.config;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which names stand in whose texts as {@code $name}, so that after a change only those are looked
 * at again that it may concern. Rather too many than too few: a name counts where it stands behind
 * {@code $$}, or in a branch that is not taken. Immutable.
 */
final class References {
  static final References NONE = new References(Map.of());

  private final Map<String, Set<String>> usersOf;

  private References(Map<String, Set<String>> usersOf) {
    this.usersOf = usersOf;
  }

  /**
   * These, and those in the texts of {@code names}. What stood in their texts before stays.
   *
   * @param texts unexpanded
   */
  References and(Collection<String> names, Expansion.Texts texts) {
    Map<String, Set<String>> all = new HashMap<>();
    for (String user : names) {
      Set<String> used = new HashSet<>();
      collect(texts.of(user), used);
      for (String name : used) {
        Set<String> before = usersOf.getOrDefault(name, Set.of());
        if (!before.contains(user)) {
          Set<String> users = all.get(name);
          if (users == null) {
            users = new HashSet<>(before);
            all.put(name, users);
          }
          users.add(user);
        }
      }
    }
    if (all.isEmpty()) {
      return this;
    }
    for (Map.Entry<String, Set<String>> one : usersOf.entrySet()) {
      all.putIfAbsent(one.getKey(), one.getValue());
    }
    return new References(all);
  }

  /**
   * Those that have changed, and all that refer to them, however indirectly. What a name amounts to
   * that is not here is not known; who refers to one counts as changed.
   */
  Set<String> reach(Set<String> changed, Predicate<String> isHere) {
    Set<String> reached = new HashSet<>(changed);
    for (String name : usersOf.keySet()) {
      if (!isHere.test(name)) {
        reached.add(name);
      }
    }
    Deque<String> next = new ArrayDeque<>(reached);
    while (!next.isEmpty()) {
      for (String user : usersOf.getOrDefault(next.remove(), Set.of())) {
        if (reached.add(user)) {
          next.add(user);
        }
      }
    }
    return reached;
  }

  /** Adds every name in a text that could be meant. */
  static void collect(@Nullable String text, Set<String> names) {
    if (text == null) {
      return;
    }
    for (int at = text.indexOf('$'); at >= 0; at = text.indexOf('$', at + 1)) {
      int start = at + 1;
      while (start < text.length() && opens(text.charAt(start))) {
        start++;
      }
      int end = Expansion.nameEnd(text, start);
      if (end > start) {
        names.add(text.substring(start, end));
      }
    }
  }

  private static boolean opens(char c) {
    return c == '{' || c == '(' || Character.isWhitespace(c);
  }
}
