package org.postroom.testkit.fault;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Octets that have passed, and what happens after so many. */
final class Meter {
  private final List<Mark> marks = new ArrayList<>(0);
  private long passed;

  private record Mark(long after, Rules.Armed fault) {}

  void set(long after, Rules.Armed fault) {
    marks.add(new Mark(after, fault));
  }

  /** How many of {@code count} pass before something happens. */
  int room(int count) {
    long room = count;
    for (Mark mark : marks) {
      room = Math.min(room, Math.max(0, mark.after - passed));
    }
    return (int) room;
  }

  void pass(int count) {
    passed += count;
  }

  /** What happens now. */
  Rules.@Nullable Armed reached() {
    for (Mark mark : marks) {
      if (mark.after <= passed) {
        return mark.fault;
      }
    }
    return null;
  }
}
