package org.postroom.core.testing;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which of our classes know which others. A class counts with all that is nested in it. */
final class ClassGraph {
  private static final String OURS = "org.postroom.";

  private final Map<String, Set<String>> known = new TreeMap<>();

  ClassGraph(JavaClasses classes) {
    for (JavaClass type : classes) {
      String self = outermost(type);
      Set<String> others = known.computeIfAbsent(self, name -> new TreeSet<>());
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        String other = outermost(dependency.getTargetClass().getBaseComponentType());
        if (other.startsWith(OURS) && !other.equals(self)) {
          others.add(other);
        }
      }
    }
  }

  private static String outermost(JavaClass type) {
    String name = type.getName();
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }

  /** How many others each class knows that knows more than {@code most}. */
  Map<String, Integer> knowingMoreThan(int most) {
    Map<String, Integer> many = new TreeMap<>();
    known.forEach(
        (name, others) -> {
          if (others.size() > most) {
            many.put(simple(name), others.size());
          }
        });
    return many;
  }

  /**
   * The sets of more than {@code most} classes in which each knows all others, by way of others.
   */
  List<Set<String>> circlesOfMoreThan(int most) {
    List<Set<String>> circles = new ArrayList<>();
    Map<String, Integer> order = new HashMap<>();
    Map<String, Integer> lowest = new HashMap<>();
    Deque<String> path = new ArrayDeque<>();
    for (String name : known.keySet()) {
      if (!order.containsKey(name)) {
        walk(name, order, lowest, path, circles);
      }
    }
    circles.removeIf(circle -> circle.size() <= most);
    return circles;
  }

  /** Tarjan's strongly connected components. */
  private void walk(
      String name,
      Map<String, Integer> order,
      Map<String, Integer> lowest,
      Deque<String> path,
      List<Set<String>> circles) {
    order.put(name, order.size());
    lowest.put(name, order.get(name));
    path.push(name);
    for (String other : known.get(name)) {
      if (!known.containsKey(other)) {
        continue; // another module's: it cannot know us
      }
      if (!order.containsKey(other)) {
        walk(other, order, lowest, path, circles);
        lowest.merge(name, lowest.get(other), Math::min);
      } else if (path.contains(other)) {
        lowest.merge(name, order.get(other), Math::min);
      }
    }
    if (lowest.get(name).equals(order.get(name))) {
      Set<String> circle = new TreeSet<>();
      String last;
      do {
        last = path.pop();
        circle.add(simple(last));
      } while (!last.equals(name));
      circles.add(circle);
    }
  }

  private static String simple(String name) {
    return name.substring(OURS.length());
  }
}
