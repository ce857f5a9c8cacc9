package org.postroom.core.flow;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The names that an expansion has come by and is not done with, in their order. */
final class Trail {
  /** So many members of a loop are told. */
  private static final int SHOWN = 20;

  private final Set<String> names = new LinkedHashSet<>();

  boolean has(String name) {
    return names.contains(name);
  }

  int length() {
    return names.size();
  }

  void enter(String name) {
    names.add(name);
  }

  void leave(String name) {
    names.remove(name);
  }

  /** The members of a loop, from the one that the way has come back to, for people. */
  String around(String name) {
    List<String> members = names.stream().dropWhile(one -> !one.equals(name)).toList();
    String shown = String.join(" -> ", members.subList(0, Math.min(members.size(), SHOWN)));
    return shown + (members.size() > SHOWN ? " -> ..." : "") + " -> " + name;
  }
}
