package org.postroom.core.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.secret.Secret;
import org.postroom.core.time.VirtualTime;

class LoginThrottleTest {
  private static final String HERE = "192.0.2.1";
  private static final String ELSEWHERE = "198.51.100.1";

  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z"));
  private final LoginThrottle throttle = new LoginThrottle(time, new SecureRandom());
  private int guesses;

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 500", "2, 500", "4, 500", "5, 2000", "6, 4000", "7, 8000", "8, 12000"})
  void theNextTurnComesLaterWithEachFailure(int failures, int millis) {
    fail(HERE, "ada", failures);
    time.advance(Duration.ofMillis(Math.max(0, millis - 10_000)));

    Comer next = come(HERE, "ada");

    int wait = Math.min(millis, 10_000);
    boolean early = wait > 0 && next.turnAfter(Duration.ofMillis(wait - 1));
    assertThat(early).isFalse();
    assertThat(next.turnAfter(Duration.ofMillis(wait > 0 ? 1 : 0))).isTrue();
  }

  @Test
  void aTurnThatIsTooFarAwayIsNone() {
    fail(HERE, "ada", 9);

    assertThat(come(HERE, "ada").refused).isTrue();
    time.advance(Duration.ofMillis(4999));
    assertThat(come(HERE, "ada").refused).isTrue();
    time.advance(Duration.ofMillis(1));
    Comer third = come(HERE, "ada");
    assertThat(third.refused).isFalse();
    assertThat(third.turnAfter(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void aNetworkWithoutFailuresHasFourLookedAtOnceAndTheOthersInTheirOrder() {
    List<Comer> crowd = crowd(HERE, 40);
    assertThat(crowd).filteredOn(Comer::hasTurn).hasSize(4);

    for (int i = 0; i < 36; i++) {
      crowd.get(i).turn.right();
      assertThat(crowd.get(i + 4).hasTurn()).isTrue();
    }
    assertThat(crowd).noneMatch(comer -> comer.refused);
  }

  @Test
  void whoseTurnIsPutOffIsTheNextOfItsLineAfterAMoment() {
    List<Comer> crowd = crowd(HERE, 40);
    assertThat(crowd.get(0).turn.putOff()).isFalse(); // it came at once
    crowd.get(0).turn.right();
    Comer first = crowd.get(4);

    for (int i = 0; i < 10; i++) {
      first.putOff();
      assertThat(first.turnAfter(Duration.ofMillis(499))).isFalse();
      assertThat(first.turnAfter(Duration.ofMillis(1))).isTrue();
    }

    assertThat(crowd.subList(5, 40)).noneMatch(comer -> comer.hasTurn() || comer.refused);
    first.turn.right();
    assertThat(crowd.get(5).hasTurn()).isTrue();
    while (!crowd.get(5).refused) {
      crowd.get(5).putOff();
      time.advance(Duration.ofMillis(500));
    }
    assertThat(crowd.subList(5, 40)).allMatch(comer -> comer.refused);
  }

  /** Each turn gives the next one; that must not be one call within the other. */
  @Test
  void aLongLineWhoseTurnsAreGivenBackAtOnceIsNoDeepCall() {
    List<Comer> crowd = crowd(HERE, 4);
    AtomicInteger depth = new AtomicInteger();
    AtomicInteger deepest = new AtomicInteger();
    AtomicInteger turns = new AtomicInteger();
    for (int i = 0; i < 1000; i++) {
      throttle.admit(
          address(HERE),
          "line" + i,
          new Comer() {
            @Override
            public void turn(LoginThrottle.Turn given) {
              deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
              turns.incrementAndGet();
              given.unused();
              depth.decrementAndGet();
            }
          });
    }

    crowd.get(0).turn.right();

    assertThat(turns).hasValue(1000);
    assertThat(deepest).hasValue(1);
  }

  @Test
  void anErrorOfWhoIsToldKeepsNobodyElseFromHearing() {
    List<Comer> crowd = crowd(HERE, 4);
    throttle.admit(
        address(HERE),
        "broken",
        new Comer() {
          @Override
          public void turn(LoginThrottle.Turn given) {
            throw new StackOverflowError("the test's");
          }
        });
    Comer next = come(HERE, "next");

    assertThatThrownBy(crowd.get(0).turn::right).isInstanceOf(StackOverflowError.class);
    crowd.get(1).turn.right();

    assertThat(next.hasTurn()).isTrue();
  }

  @Test
  void theFirstFailureOfACrowdLeavesAFewInLineWhoAreLookedAtOneByOne() {
    List<Comer> crowd = crowd(HERE, 40);

    crowd.subList(0, 4).forEach(Comer::fail);
    assertThat(crowd.subList(4, 40)).filteredOn(comer -> comer.refused).hasSize(32);
    assertThat(crowd.get(4).turnAfter(Duration.ofMillis(500))).isTrue();
    assertThat(crowd.get(5).turnAfter(Duration.ofSeconds(5))).isFalse();
    crowd.get(4).turn.right();
    assertThat(crowd.get(5).hasTurn()).isTrue();
  }

  @Test
  void nobodyInLineOfANetworkThatHasFailedWaitsLongerThanTenSeconds() {
    fail(HERE, "ada", 1);
    List<Comer> line = crowd(HERE, 10);
    for (int second = 0; second < 10; second++) {
      line.stream().filter(Comer::hasTurn).filter(comer -> !comer.failed).forEach(Comer::fail);
      time.advance(Duration.ofSeconds(1));
    }

    assertThat(line).allMatch(comer -> comer.hasTurn() || comer.refused);
    assertThat(line).filteredOn(Comer::hasTurn).hasSizeBetween(2, 5);
  }

  /** What holds such a line up is that hashing is slow. */
  @Test
  void whereNobodyHasFailedThoseInLineWaitForHalfAMinute() {
    List<Comer> line = crowd(HERE, 6);

    time.advance(Duration.ofSeconds(30));
    line.get(0).turn.right();
    assertThat(line.get(4).hasTurn()).isTrue();
    time.advance(Duration.ofMillis(1));
    line.get(1).turn.right();
    assertThat(line.get(5).refused).isTrue();
  }

  @Test
  void whoHasLeftIsPassedOver() {
    fail(HERE, "ada", 1);
    Comer left = come(HERE, "ada");
    Comer next = come(HERE, "bob");
    left.left = true;

    assertThat(next.turnAfter(Duration.ofSeconds(2))).isTrue();
    assertThat(left.hasTurn()).isFalse();
  }

  @Test
  void whoHasLeftHoldsNoPlace() {
    fail(HERE, "ada", 1);
    crowd(HERE, 20).forEach(comer -> comer.left = true);

    assertThat(come(HERE, "bob").turnAfter(Duration.ofSeconds(2))).isTrue();
  }

  @Test
  void ofThoseWhoMayHaveLeftTheLastGivesItsPlaceWhenOneIsNeeded() {
    fail(HERE, "ada", 1);
    List<Comer> line = crowd(HERE, 4);
    line.subList(0, 3).forEach(comer -> comer.ended = true);

    Comer next = come(HERE, "bob");

    assertThat(next.refused).isFalse();
    assertThat(line).filteredOn(comer -> comer.refused).containsExactly(line.get(2));
  }

  @Test
  void nobodyGivesItsPlaceForOneOfItsEquals() {
    fail(HERE, "ada", 1);
    List<Comer> line = crowd(HERE, 4);
    line.forEach(comer -> comer.ended = true);
    Comer equal = new Comer();
    equal.ended = true;

    assertThat(throttle.admit(address(HERE), "bob", equal))
        .isInstanceOf(LoginThrottle.Admission.Refused.class);
    assertThat(line).noneMatch(comer -> comer.refused);
  }

  @Test
  void countsForTheNetworkWhateverTheAccount() {
    fail("192.0.2.1", "ada", 1);
    fail("2001:db8::1", "ada", 1);

    assertThat(come("192.0.2.99", "bob").hasTurn()).isFalse();
    assertThat(come("192.0.3.1", "ada").hasTurn()).isTrue();
    assertThat(come("2001:db8::2:0:0:1", "bob").hasTurn()).isFalse();
    assertThat(come("2001:db8:0:1::1", "bob").hasTurn()).isTrue();
  }

  @Test
  void theSameWrongPasswordAgainCountsOnce() {
    for (int i = 0; i < 100; i++) {
      Comer telephone = come(HERE, "ada");
      assertThat(telephone.turnAfter(Duration.ofSeconds(2))).as("try %s", i).isTrue();
      telephone.fail("the old one");
    }
    assertThat(come(HERE, "bob").turnAfter(Duration.ofSeconds(2))).isTrue();
  }

  @Test
  void whereAnAccountIsAtHomeItsNeighboursDoNotMatter() {
    come(HERE, "ADA").turn.right();
    fail(HERE, "bob", 9);

    for (int i = 0; i < 100; i++) {
      Comer ada = come(HERE, "ada");
      assertThat(ada.hasTurn()).isTrue();
      assertThat(ada.turn.isAtHome()).isTrue();
      ada.turn.right();
    }
    assertThat(come(HERE, "carol").refused).isTrue();
  }

  @Test
  void guessesWhereAnAccountIsAtHomeAreFew() {
    come(HERE, "ada").turn.right();

    int looked = 0;
    for (int second = 0; second < 600; second++) {
      Comer guess = come(HERE, "ada");
      if (guess.hasTurn()) {
        looked++;
        guess.fail();
      }
      guess.left = true;
      come(HERE, "ada").left = true;
      time.advance(Duration.ofSeconds(1));
    }

    assertThat(looked).isBetween(8, 8 + 12 + 40);
  }

  @Test
  void newAccountsOfANetworkOutweighItsFailuresOldOnesDoNot() {
    fail(HERE, "ada", 3);

    for (int i = 0; i < 3; i++) {
      Comer new1 = come(HERE, "user" + i);
      assertThat(new1.turnAfter(Duration.ofSeconds(3))).isTrue();
      new1.turn.right();
    }
    assertThat(crowd(HERE, 4)).allMatch(Comer::hasTurn);
    fail(ELSEWHERE, "ada", 1);
    for (int i = 0; i < 6; i++) {
      Comer own = come(ELSEWHERE, "mallory");
      own.turnAfter(Duration.ofSeconds(4));
      own.turn.right();
      fail(ELSEWHERE, "ada", 1);
    }
    assertThat(come(ELSEWHERE, "ada").turnAfter(Duration.ofMillis(3900))).isFalse();
  }

  @Test
  void theOwnerLogsInFromElsewhereWhileItIsGuessedAt() {
    for (int network = 0; network < 200; network++) {
      fail("10.0." + network + ".1", "ada", 5);
    }

    Comer owner = come(ELSEWHERE, "ada");
    assertThat(owner.hasTurn()).isTrue();
    owner.fail("a typing error");
    Comer again = come(ELSEWHERE, "ada");
    assertThat(again.turnAfter(Duration.ofSeconds(2))).isTrue();
    again.turn.right();
  }

  @Test
  void manyNetworksThatGuessAtOneAccountAreSlow() {
    for (int network = 0; network < 10; network++) {
      fail("10.0." + network + ".1", "ada", 5);
    }
    time.advance(Duration.ofSeconds(15));

    assertThat(come("10.0.0.1", "ada").refused).isTrue();
    assertThat(come("10.0.0.1", "bob").hasTurn()).isTrue();
    time.advance(Duration.ofSeconds(285));
    assertThat(come("10.0.1.1", "ada").hasTurn()).isTrue();
  }

  @Test
  void forgetsAfterAQuarterOfAnHourOfPeace() {
    fail(HERE, "ada", 9);

    time.advance(Duration.ofMinutes(15).plusSeconds(1));

    assertThat(crowd(HERE, 4)).allMatch(Comer::hasTurn);
  }

  @Test
  void aDozenOfHundredAndTwentyGuessesAMinuteAreLookedAt() {
    int looked = 0;
    List<Comer> guessers = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      guessers.add(come(HERE, i % 2 == 0 ? "ada" : "user" + i));
      guessers.stream().filter(comer -> comer.hasTurn() && !comer.failed).forEach(Comer::fail);
      time.advance(Duration.ofMillis(500));
    }
    for (Comer guesser : guessers) {
      looked += guesser.failed ? 1 : 0;
    }

    assertThat(looked).isBetween(8, 15);
    assertThat(come(ELSEWHERE, "ada").hasTurn()).isTrue();
  }

  @Test
  void remembersALimitedNumberOfNetworksThoseThatFailedLast() {
    for (int i = 0; i < 30_000; i++) {
      Comer guess = come("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255), "ada");
      Comer apart = come("2001:db8:" + Integer.toHexString(i) + "::1", "x" + i);
      if (guess.hasTurn()) {
        guess.turn.unused();
      }
      apart.fail();
    }

    assertThat(throttle.networks()).isLessThanOrEqualTo(10_000);
    assertThat(come("2001:db8:" + Integer.toHexString(29_999) + "::1", "ada").hasTurn()).isFalse();
    assertThat(come("2001:db8:0::1", "ada").hasTurn()).isTrue();
  }

  @Test
  void networksWithoutFailuresAreNotRemembered() {
    for (int i = 0; i < 1000; i++) {
      come("2001:db8:" + Integer.toHexString(i) + "::1", "x").turn.unused();
    }

    assertThat(throttle.networks()).isZero();
  }

  @Test
  void switchedOffItLooksAtAllAtOnce() {
    LoginThrottle off = LoginThrottle.off(time, new SecureRandom());

    for (int i = 0; i < 100; i++) {
      LoginThrottle.Admission admission = off.admit(address(HERE), "ada", new Comer());
      ((LoginThrottle.Admission.Now) admission).turn().wrong(Optional.empty());
    }
    assertThat(off.networks()).isZero();
  }

  /** Somebody fails so many times, and waits for its turn each time. */
  private void fail(String address, String login, int times) {
    for (int i = 0; i < times; i++) {
      Comer guess = come(address, login);
      while (guess.refused) {
        time.advance(Duration.ofSeconds(1));
        guess = come(address, login);
      }
      guess.turnAfter(Duration.ZERO);
      while (!guess.hasTurn()) {
        time.advance(Duration.ofMillis(100));
      }
      guess.fail();
    }
  }

  private List<Comer> crowd(String address, int size) {
    List<Comer> crowd = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      crowd.add(come(address, "crowd" + i));
    }
    return crowd;
  }

  private Comer come(String address, String login) {
    Comer comer = new Comer();
    LoginThrottle.Admission admission = throttle.admit(address(address), login, comer);
    if (admission instanceof LoginThrottle.Admission.Now now) {
      comer.turn = now.turn();
    }
    comer.refused |= admission instanceof LoginThrottle.Admission.Refused;
    return comer;
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private class Comer implements LoginThrottle.Waiting {
    private LoginThrottle.Turn turn;
    private boolean refused;
    private boolean left;
    private boolean ended;
    private boolean failed;

    boolean hasTurn() {
      return turn != null;
    }

    boolean turnAfter(Duration wait) {
      time.advance(wait);
      return hasTurn();
    }

    void putOff() {
      LoginThrottle.Turn given = turn;
      turn = null;
      assertThat(given.putOff()).isTrue();
    }

    void fail() {
      fail("guess " + guesses++);
    }

    void fail(String password) {
      failed = true;
      turn.wrong(Optional.of(Secret.of(password)));
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
    public void turn(LoginThrottle.Turn given) {
      assertThat(left || refused || hasTurn()).isFalse();
      turn = given;
    }

    @Override
    public void refused() {
      assertThat(hasTurn()).isFalse();
      refused = true;
    }
  }
}
