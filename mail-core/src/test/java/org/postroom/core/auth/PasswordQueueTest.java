package org.postroom.core.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.postroom.core.time.VirtualTime;

class PasswordQueueTest {
  private final LoginThrottle throttle =
      new LoginThrottle(
          VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z")), new SecureRandom());

  private final LoginThrottle off =
      LoginThrottle.off(VirtualTime.startingAt(Instant.EPOCH), new SecureRandom());

  /** What the queue's threads were asked to do, for the test to do. */
  private final Queue<Runnable> threads = new ArrayDeque<>();

  private final PasswordQueue queue = new PasswordQueue(threads::add, 2);
  private final List<String> hashed = new ArrayList<>();
  private final List<String> dropped = new ArrayList<>();
  private final List<String> turnedAway = new ArrayList<>();
  private Runnable hook = () -> {};

  @Test
  void networksTakeTurns() {
    for (String address : List.of("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.1.1", "10.0.2.1")) {
      assertThat(queue.add(turn(address), new Password(address))).isTrue();
    }

    work();

    assertThat(hashed).containsExactly("10.0.0.1", "10.0.1.1", "10.0.2.1", "10.0.0.2", "10.0.0.3");
  }

  @Test
  void whoHasBeenHereGoesBeforeStrangers() {
    turn("10.0.9.1").right();
    queue.add(turn("10.0.0.1"), new Password("stranger"));
    queue.add(turn("10.0.9.1"), new Password("owner"));

    work();

    assertThat(hashed).containsExactly("owner", "stranger");
  }

  @Test
  void asksForSoManyThreadsAndNoMore() {
    for (int i = 0; i < 10; i++) {
      queue.add(turn("10.0." + i + ".1"), new Password("p" + i));
    }
    assertThat(threads).hasSize(2);

    work();

    assertThat(hashed).hasSize(10);
    queue.add(turn("10.0.0.1"), new Password("again"));
    assertThat(threads).hasSize(1);
  }

  @Test
  void nobodyHashesForWhoHasLeft() {
    Password left = new Password("left");
    queue.add(turn("10.0.0.1"), left);
    queue.add(turn("10.0.1.1"), new Password("here"));
    left.left = true;

    work();

    assertThat(hashed).containsExactly("here");
    assertThat(dropped).containsExactly("left");
  }

  @Test
  void aFullQueueSaysSoUntilSomebodyLeaves() {
    List<Password> crowd = new ArrayList<>();
    Password late = new Password("late");
    while (queue.add(turn("10.0." + crowd.size() + ".1"), late)) {
      crowd.add(late);
      late = new Password("late");
    }
    assertThat(queue.size()).isEqualTo(crowd.size()).isBetween(10, 100);
    assertThat(dropped).isEmpty();

    crowd.get(0).left = true;
    assertThat(queue.add(turn("10.1.0.1"), new Password("next"))).isTrue();

    assertThat(dropped).containsExactly("late");
    assertThat(queue.add(turn("10.1.1.1"), new Password("beyond"))).isFalse();
    turn("10.0.9.1").right();
    assertThat(queue.add(turn("10.0.9.1"), new Password("owner"))).isTrue();
    work();
    assertThat(hashed).startsWith("owner").endsWith("next").doesNotContain("beyond");
  }

  @Test
  void theNetworkWithMostGivesTheNewestWhenItIsFull() {
    int crowd = 0;
    while (queue.add(turnOfMany("10.0.0.1"), new Password("crowd" + crowd))) {
      crowd++;
    }

    assertThat(queue.add(turnOfMany("10.0.1.1"), new Password("newcomer"))).isTrue();

    assertThat(turnedAway).containsExactly("crowd" + (crowd - 1));
    assertThat(queue.add(turnOfMany("10.0.0.1"), new Password("one of the crowd more"))).isFalse();
    work();
    assertThat(hashed).hasSize(crowd).startsWith("crowd0", "newcomer", "crowd1");
  }

  @Test
  void nobodyIsTurnedAwayForOneOfItsEquals() {
    int networks = 0;
    while (queue.add(turn("10.0." + networks + ".1"), new Password("p" + networks))) {
      networks++;
    }

    assertThat(queue.add(turn("10.1.0.1"), new Password("newcomer"))).isFalse();

    assertThat(turnedAway).isEmpty();
  }

  @Test
  void whoMayHaveLeftIsLookedAtWhenNobodyElseWaits() {
    Password ended = new Password("ended");
    queue.add(turn("10.0.0.1"), ended);
    queue.add(turn("10.0.1.1"), new Password("here"));
    ended.ended = true;

    work();

    assertThat(hashed).containsExactly("here", "ended");
    assertThat(dropped).isEmpty();
  }

  @Test
  void aCrowdThatMayHaveLeftMakesPlace() {
    List<Password> crowd = new ArrayList<>();
    for (int i = 0; ; i++) {
      Password one = new Password("p" + i);
      if (!queue.add(turn("10.0." + i + ".1"), one)) {
        break;
      }
      crowd.add(one);
    }
    crowd.forEach(one -> one.ended = true);

    assertThat(queue.add(turn("10.1.0.1"), new Password("here"))).isTrue();

    work();
    assertThat(hashed).startsWith("here").hasSize(crowd.size() + 1);
  }

  /** A shell pipe ends its side before it reads. */
  @Test
  void whoMayHaveLeftIsLookedAtHoweverManyOthersWait() {
    Password ended = new Password("ended");
    ended.ended = true;
    queue.add(turn("10.0.0.1"), ended);
    for (int i = 1; i <= 50; i++) {
      queue.add(turn("10.0." + i + ".1"), new Password("here"));
    }

    work();

    assertThat(hashed).hasSize(51);
    assertThat(hashed.indexOf("ended")).isLessThan(10);
  }

  /** Those that have left cost nobody anything, though nobody has noticed it before. */
  @Test
  void whoHasLeftTakesNoTurnOfThoseThatMayHave() {
    List<Password> crowd = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      crowd.add(new Password("left"));
      crowd.get(i).ended = true;
      queue.add(turn("10.1." + i + ".1"), crowd.get(i));
    }
    Password ended = new Password("ended");
    ended.ended = true;
    queue.add(turn("10.1.99.1"), ended);
    for (int i = 0; i < 40; i++) {
      queue.add(turn("10.0." + i + ".1"), new Password("here"));
    }
    threads.remove(); // one thread does it all
    hook = () -> crowd.forEach(one -> one.left = true);

    work();

    assertThat(hashed.indexOf("ended")).isLessThan(10);
    assertThat(dropped).hasSize(20);
  }

  /** To drop somebody is no turn that others have had. */
  @Test
  void whoHasLeftIsNoTurnOfTheOthersEither() {
    Password ended = new Password("ended");
    ended.ended = true;
    queue.add(turn("10.1.0.1"), ended);
    for (int i = 0; i < 30; i++) {
      Password gone = new Password("gone");
      queue.add(turn("10.2." + i + ".1"), gone);
      gone.left = true;
    }
    queue.add(turn("10.0.0.1"), new Password("here"));
    threads.remove(); // one thread does it all

    work();

    assertThat(hashed).containsExactly("here", "ended");
  }

  /** A shell pipe of somebody's own is not in the line of strangers. */
  @Test
  void whoHasBeenHereIsNotTurnedAwayForStrangersThatMayHaveLeft() {
    for (int i = 0; i < 64; i++) {
      Password ended = new Password("stranger");
      ended.ended = true;
      queue.add(turn("10.1." + i + ".1"), ended);
    }
    turn("10.0.9.1").right();
    Password owner = new Password("owner");
    owner.ended = true;
    assertThat(queue.add(turn("10.0.9.1"), owner)).isTrue();

    work();

    assertThat(hashed).startsWith("owner").hasSize(65);
    assertThat(turnedAway).isEmpty();
  }

  @Test
  void ofThoseThatMayHaveLeftTheNetworkWithMostGivesItsNewestToo() {
    for (int i = 0; i < 64; i++) {
      Password one = new Password("crowd" + i);
      one.ended = true;
      queue.add(turnOfMany("10.0.0.1"), one);
    }
    queue.add(turn("10.1.0.1"), new Password("here")); // for whom they are put aside
    Password pipe = new Password("pipe");
    pipe.ended = true;
    queue.add(turn("10.2.0.1"), pipe);

    work();

    assertThat(turnedAway).containsExactly("crowd63");
    assertThat(hashed).contains("pipe", "crowd62");
  }

  @Test
  void anErrorEndsNoMoreThanItsThread() {
    Password broken = new Password("broken");
    broken.error = new OutOfMemoryError("the test's");
    queue.add(turn("10.0.0.1"), broken);
    queue.add(turn("10.0.1.1"), new Password("next"));

    Runnable first = threads.remove();
    assertThatThrownBy(first::run).isInstanceOf(OutOfMemoryError.class);
    work();

    assertThat(hashed).containsExactly("next");
    queue.add(turn("10.0.0.1"), new Password("a"));
    queue.add(turn("10.0.1.1"), new Password("b"));
    assertThat(threads).hasSize(2);
  }

  @Test
  void closedItDropsWhatWaits() {
    queue.add(turn("10.0.0.1"), new Password("waits"));

    queue.close();
    queue.close();

    assertThat(dropped).containsExactly("waits");
    assertThat(queue.add(turn("10.0.0.1"), new Password("late"))).isFalse();
    work();
    assertThat(hashed).isEmpty();
  }

  private void work() {
    while (!threads.isEmpty()) {
      threads.remove().run();
    }
  }

  private LoginThrottle.Turn turn(String address) {
    return turn(throttle, address);
  }

  /** As many of a network as the test likes. */
  private LoginThrottle.Turn turnOfMany(String address) {
    return turn(off, address);
  }

  private static LoginThrottle.Turn turn(LoginThrottle throttle, String address) {
    try {
      LoginThrottle.Admission admission =
          throttle.admit(InetAddress.getByName(address), "ada", new Nobody());
      return ((LoginThrottle.Admission.Now) admission).turn();
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** Nobody waits in line in this test. */
  private static final class Nobody implements LoginThrottle.Waiting {
    @Override
    public boolean mayHaveLeft() {
      return false;
    }

    @Override
    public boolean hasLeft() {
      return true;
    }

    @Override
    public void turn(LoginThrottle.Turn turn) {
      throw new AssertionError("in line");
    }

    @Override
    public void refused() {
      throw new AssertionError("in line");
    }
  }

  private final class Password implements PasswordQueue.Job {
    private final String name;
    private boolean left;
    private boolean ended;
    private Error error;

    Password(String name) {
      this.name = name;
    }

    @Override
    public boolean mayHaveLeft() {
      return ended;
    }

    @Override
    public boolean hasLeft() {
      return left;
    }

    @Override
    public void run() {
      if (error != null) {
        throw error;
      }
      hashed.add(name);
      hook.run();
    }

    @Override
    public void dropped() {
      dropped.add(name);
    }

    @Override
    public void turnedAway() {
      turnedAway.add(name);
    }
  }
}
