package org.postroom.core.flow;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.postroom.core.address.Address;

/**
 * Where an expansion has come by: the names that it is not done with, in their order, by which it
 * sees that it has come back; those that it is done with, where it does not go again; and the files
 * of lists that it reads.
 */
final class Trail {
  /** So many members of a loop are told. */
  private static final int SHOWN = 20;

  /** In the order of entering, each with whether the way still goes by it. */
  private Map<String, Boolean> names = Map.of(); // until there is one

  private int length;
  private int files;

  /** The name of an address: tables do not tell cases apart. */
  static String name(Address address) {
    return address.toString().toLowerCase(Locale.ROOT);
  }

  /** Whether the way goes by {@code name}, and would be back there. */
  boolean has(String name) {
    return Boolean.TRUE.equals(names.get(name));
  }

  int length() {
    return length;
  }

  /** Goes by {@code name}; false where it has been there before. */
  boolean enter(String name) {
    if (!add(name, true)) {
      return false;
    }
    length++;
    return true;
  }

  private boolean add(String name, boolean goesBy) {
    if (names.isEmpty()) {
      names = new LinkedHashMap<>(2);
    }
    return names.putIfAbsent(name, goesBy) == null;
  }

  /** Is done with {@code name}. */
  void leave(String name) {
    if (names.replace(name, true, false)) {
      length--;
    }
  }

  /** How many names and files lie between here and the beginning. */
  int steps() {
    return length + files;
  }

  /** How many files are open, each named by the one before. */
  int files() {
    return files;
  }

  /** Opens the file of a list; false where it has been read before. */
  boolean open(String file) {
    if (!add(file, false)) {
      return false;
    }
    files++;
    return true;
  }

  /** Is done with the file that was opened last. */
  void close() {
    files--;
  }

  /** The members of a loop, from the one that the way has come back to, for people. */
  String around(String name) {
    StringBuilder loop = new StringBuilder();
    int members = 0;
    for (Map.Entry<String, Boolean> one : names.entrySet()) {
      boolean isMember = one.getValue() && (members > 0 || one.getKey().equals(name));
      if (isMember && members++ < SHOWN) {
        loop.append(one.getKey()).append(" -> ");
      }
    }
    return loop + (members > SHOWN ? "... -> " : "") + name;
  }
}
