package org.postroom.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.wire.Strangers.Stranger;

/** Who has to go, and how many are looked at for that. */
final class LeavingOrderTest {
  private static final int MANY = 10_000;

  private final MemoryBudget memory = new MemoryBudget(1L << 40);
  private final Strangers strangers =
      new Strangers(
          new StrangerLimits(
              MANY, MANY, Integer.MAX_VALUE, 0, Duration.ofMinutes(1), 32, 64, memory),
          VirtualTime.startingAt(Instant.EPOCH));
  private final Object door = "door";
  private final List<Caller> gone = new ArrayList<>();
  private long now;
  private int looks;

  /** A client without a connection: the test says when it rests and what it holds. */
  private final class Caller implements Strangers.Guest {
    private final Stranger stranger;
    private boolean atWork;
    private boolean passedOver;
    private long since = now;

    Caller(Object door, int address, boolean full) {
      this(strangers.admit(address(address), door, 0, full, false));
    }

    Caller(Stranger admitted) {
      assertThat(admitted).isNotNull();
      stranger = admitted;
      stranger.isOn(this);
    }

    /** A turn, from which it goes to rest. */
    void turn() {
      since = ++now;
      atWork = false;
      if (passedOver) {
        passedOver = false;
        stranger.comesToRest();
      }
    }

    @Override
    public long restingSince() {
      looks++;
      return since;
    }

    @Override
    public boolean giveWay() {
      looks++;
      passedOver = atWork;
      if (!atWork) {
        gone.add(this);
      }
      return !atWork;
    }
  }

  private static InetAddress address(int number) {
    try {
      return InetAddress.getByAddress(
          new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private Caller comes(int address) {
    now++;
    return new Caller(door, address, false);
  }

  private Caller pushesIn(int address) {
    now++;
    return new Caller(door, address, true);
  }

  @Test
  void aFloodAtAFullDoorLooksAtFewForEachWhoComes() {
    List<Caller> all = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      all.add(comes(i));
    }
    all.forEach(Caller::turn);
    looks = 0;

    for (int i = 0; i < MANY; i++) {
      pushesIn(MANY + i);
    }

    // Each of the first had one turn, for which it is put where it belongs once.
    assertThat(looks).isLessThan(12 * MANY);
    assertThat(gone).containsExactlyElementsOf(all);
  }

  @Test
  void whoIsAtWorkIsAskedOnceAndAgainWhenItRests() {
    List<Caller> busy = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      Caller caller = comes(i);
      caller.atWork = true;
      busy.add(caller);
    }
    List<Caller> idle = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      idle.add(comes(MANY + i));
    }
    looks = 0;

    for (int i = 0; i < 100; i++) {
      pushesIn(2 * MANY + i);
    }

    assertThat(gone).containsExactlyElementsOf(idle);
    assertThat(looks).isLessThan(4 * MANY);

    busy.get(7).turn();
    busy.get(3).turn();
    gone.clear();
    pushesIn(3 * MANY); // of those that came since, the first has been at rest for longer
    assertThat(gone).hasSize(1).doesNotContainAnyElementsOf(busy);
    for (int i = 0; i < 102; i++) {
      pushesIn(3 * MANY + i);
    }
    assertThat(gone).contains(busy.get(7), busy.get(3));
    assertThat(gone.indexOf(busy.get(7))).isLessThan(gone.indexOf(busy.get(3)));
  }

  @Test
  void theAddressThatHoldsMostGivesFirstWhateverItHeldBefore() {
    Caller lean = comes(1);
    Caller heavy = comes(2);
    Caller twice = comes(3);
    Caller again = comes(3);
    assertThat(heavy.stranger.holds(100_000)).isZero();

    pushesIn(9);
    assertThat(gone).containsExactly(heavy);

    assertThat(lean.stranger.holds(50_000)).isZero();
    pushesIn(9);
    assertThat(gone).containsExactly(heavy, lean);

    twice.turn();
    pushesIn(10);
    assertThat(gone).containsExactly(heavy, lean, again);
  }

  @Test
  void theOnlyOneGoesAlsoWhenItHasHadATurnSince() {
    Caller only = comes(1);
    only.turn();

    assertThat(strangers.makePlace(null)).isTrue();

    assertThat(gone).containsExactly(only);
    assertThat(strangers.makePlace(null)).isFalse();
  }

  @Test
  void onlyThoseOfTheDoorMakePlaceThere() {
    Caller first = new Caller("other", 1, false);
    Caller second = comes(2);

    pushesIn(3);

    assertThat(gone).containsExactly(second).doesNotContain(first);
  }

  /** Of its address, at the door, at its door and in the house there is no place. */
  @Test
  void oneGoesForTheNextWhateverThereIsNoPlaceOf() {
    Strangers few = atMostOfOneAddress(3);
    new Caller(few.admit(address(2), door, 2, false, false));
    new Caller(few.admit(address(1), "other", 2, false, false));
    Caller oldest = new Caller(few.admit(address(1), door, 2, false, false));
    new Caller(few.admit(address(1), door, 2, false, false));

    assertThat(few.admit(address(1), door, 2, true, true)).isNotNull();

    assertThat(gone).containsExactly(oldest);
    assertThat(few.count()).isEqualTo(4);
  }

  @Test
  void nobodyGoesForWhoHasToStayOutside() {
    Strangers few = atMostOfOneAddress(2);
    Caller busy = new Caller(few.admit(address(2), door, 0, false, false));
    busy.atWork = true;
    new Caller(few.admit(address(1), "other", 0, false, false));
    new Caller(few.admit(address(1), "other", 0, false, false));
    long held = memory.held();

    assertThat(few.admit(address(1), door, 0, true, false)).isNull();
    assertThat(few.admit(address(3), door, 0, true, false)).isNull();

    assertThat(gone).isEmpty();
    assertThat(memory.held()).isEqualTo(held);
  }

  /** The next one has it before anybody else can take it. */
  @Test
  void whoGoesForWantOfMemoryHandsItsOwnOver() {
    Caller first = comes(1);
    comes(2);
    assertThat(memory.tryTake(memory.capacity() - memory.held())).isTrue();

    comes(3);

    assertThat(gone).containsExactly(first);
    assertThat(memory.held()).isEqualTo(memory.capacity());
  }

  private Strangers atMostOfOneAddress(int most) {
    return new Strangers(
        new StrangerLimits(MANY, MANY, most, 0, Duration.ofMinutes(1), 32, 64, memory),
        VirtualTime.startingAt(Instant.EPOCH));
  }

  @Test
  void whoHasLeftIsForgotten() {
    Caller left = comes(1);
    Caller known = comes(2);
    Caller stays = comes(3);
    left.atWork = true;
    pushesIn(4);
    assertThat(gone).containsExactly(known);
    left.turn();
    strangers.left(left.stranger);
    strangers.isKnown(stays.stranger);

    pushesIn(5);

    assertThat(gone).hasSize(2).doesNotContain(left, stays);
    assertThat(strangers.count()).isEqualTo(1);
  }
}
