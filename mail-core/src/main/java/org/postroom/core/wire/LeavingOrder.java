package org.postroom.core.wire;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.postroom.core.wire.Strangers.Caller;
import org.postroom.core.wire.Strangers.Guest;
import org.postroom.core.wire.Strangers.Stranger;

/**
 * In which order strangers have to go: of the address that holds most the one that has been at rest
 * for longest. Under the lock of {@link Strangers}, but for what is reported from outside.
 *
 * <p>The order is kept by what was known when it was made, and made good where it is used: who has
 * had a turn since, is put where it belongs when it comes first. Who is at work when it is asked to
 * go, is taken out until it {@linkplain #comesToRest comes to rest}. So each look at somebody that
 * does not end in its leaving is paid for by a turn of it, and a search among thousands costs as
 * much as one among few.
 */
final class LeavingOrder {
  private static final Comparator<Long> EARLIER = (one, other) -> Long.signum(one - other);

  private final Map<Object, TreeSet<Group>> doors = new HashMap<>();
  private final Queue<Stranger> comeToRest = new ConcurrentLinkedQueue<>();
  private final Queue<Caller> weighed = new ConcurrentLinkedQueue<>();
  private long numbers;

  /** The strangers of one address at one door. */
  static final class Group {
    private static final Comparator<Group> FIRST_TO_GO =
        Comparator.<Group>comparingLong(group -> -group.weight)
            .thenComparing(group -> group.strangers.first().rest, EARLIER)
            .thenComparingLong(group -> group.number);

    private static final Comparator<Stranger> LONGEST_AT_REST =
        Comparator.<Stranger, Long>comparing(stranger -> stranger.rest, EARLIER)
            .thenComparingLong(stranger -> stranger.number);

    private final Object door;
    private final long number;

    /** Those that may be asked to go. */
    private final TreeSet<Stranger> strangers = new TreeSet<>(LONGEST_AT_REST);

    /** What the address held when that was looked at last. */
    private long weight;

    /** Those that are not in the order too. */
    private int sessions;

    private Group(Object door, long number) {
      this.door = door;
      this.number = number;
    }

    int sessions() {
      return sessions;
    }
  }

  // --- from any thread, under the lock of the connection it is about ---

  /** Who was at work when it was asked to go may be asked again. */
  void comesToRest(Stranger stranger) {
    comeToRest.add(stranger);
  }

  /** An address holds more than before, or less. */
  void weighs(Caller caller) {
    if (!caller.weighed.get() && !caller.weighed.getAndSet(true)) {
      weighed.add(caller);
    }
  }

  // --- under the lock of all strangers ---

  /** One more; it cannot be asked to go before it is {@linkplain #begins there}. */
  void comes(Stranger stranger) {
    Caller caller = stranger.caller;
    Group group = caller.groups.computeIfAbsent(stranger.door, door -> new Group(door, ++numbers));
    group.sessions++;
    stranger.group = group;
    stranger.number = ++numbers;
  }

  /** It may be asked. */
  void begins(Stranger stranger, Guest guest) {
    stranger.guest = guest;
    put(stranger, guest);
  }

  void leaves(Stranger stranger) {
    Group group = stranger.group;
    if (group == null) {
      return;
    }
    take(stranger, group);
    stranger.group = null;
    stranger.guest = null;
    if (--group.sessions == 0) {
      stranger.caller.groups.remove(group.door);
    }
    // Not before: a search puts groups where they belong in the set that it looks at.
    doors.computeIfPresent(group.door, (door, groups) -> groups.isEmpty() ? null : groups);
  }

  /**
   * Asks one after the other to go, until one does.
   *
   * @param caller of one address only, or of all
   * @param door at one door only, or anywhere
   * @return who does, or null
   */
  @Nullable Stranger sendAway(@Nullable Caller caller, @Nullable Object door) {
    learn();
    for (Stranger next = first(caller, door); next != null; next = first(caller, door)) {
      if (goes(next)) {
        return next;
      }
    }
    return null;
  }

  private boolean goes(Stranger stranger) {
    Guest guest = stranger.guest;
    Group group = stranger.group;
    if (guest == null || group == null) {
      throw new IllegalStateException("asked to go, and not there");
    }
    take(stranger, group);
    return guest.giveWay();
  }

  private @Nullable Stranger first(@Nullable Caller caller, @Nullable Object door) {
    return caller == null ? firstOfAll(door) : firstOfOne(caller, door);
  }

  private @Nullable Stranger firstOfAll(@Nullable Object door) {
    Group first = null;
    if (door != null) {
      first = first(doors.get(door));
    } else {
      for (TreeSet<Group> groups : doors.values()) {
        Group next = first(groups);
        if (next != null && (first == null || Group.FIRST_TO_GO.compare(next, first) < 0)) {
          first = next;
        }
      }
    }
    return first == null ? null : first.strangers.first();
  }

  /** The group that comes first when it is known of whom it consists. */
  private @Nullable Group first(@Nullable SortedSet<Group> groups) {
    while (groups != null && !groups.isEmpty()) {
      Group group = groups.first();
      if (!hasMoved(group)) {
        return group;
      }
    }
    return null;
  }

  private @Nullable Stranger firstOfOne(Caller caller, @Nullable Object door) {
    Stranger first = null;
    for (Group group : caller.groups.values()) {
      if (door != null && group.door != door || group.strangers.isEmpty()) {
        continue;
      }
      while (hasMoved(group)) {
        // Until its first is known to be first.
      }
      Stranger next = group.strangers.first();
      if (first == null || Group.LONGEST_AT_REST.compare(next, first) < 0) {
        first = next;
      }
    }
    return first;
  }

  /** Whether the first of a group has had a turn meanwhile, so that it was put where it belongs. */
  private boolean hasMoved(Group group) {
    Stranger first = group.strangers.first();
    Guest guest = first.guest;
    if (guest == null || guest.restingSince() == first.rest) {
      return false;
    }
    take(first, group);
    put(first, guest);
    return true;
  }

  private void put(Stranger stranger, Guest guest) {
    Group group = stranger.group;
    if (group == null || stranger.isInOrder) {
      return;
    }
    withdraw(group);
    stranger.rest = guest.restingSince();
    stranger.isInOrder = true;
    group.strangers.add(stranger);
    group.weight = stranger.caller.octets.get();
    enter(group);
  }

  private void take(Stranger stranger, Group group) {
    if (stranger.isInOrder) {
      withdraw(group);
      group.strangers.remove(stranger);
      stranger.isInOrder = false;
      enter(group);
    }
  }

  private void withdraw(Group group) {
    TreeSet<Group> groups = doors.get(group.door);
    if (groups != null && !group.strangers.isEmpty()) {
      groups.remove(group);
    }
  }

  private void enter(Group group) {
    if (!group.strangers.isEmpty()) {
      doors.computeIfAbsent(group.door, door -> new TreeSet<>(Group.FIRST_TO_GO)).add(group);
    }
  }

  /** Takes note of what was reported. */
  void learn() {
    for (Stranger next = comeToRest.poll(); next != null; next = comeToRest.poll()) {
      Guest guest = next.guest;
      if (guest != null) {
        put(next, guest);
      }
    }
    for (Caller next = weighed.poll(); next != null; next = weighed.poll()) {
      next.weighed.set(false);
      for (Group group : next.groups.values()) {
        withdraw(group);
        group.weight = next.octets.get();
        enter(group);
      }
    }
  }
}
