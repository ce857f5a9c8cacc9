package org.postroom.testkit.fault;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.postroom.core.wire.Meddler;

/** Says to a client what it is to hear: at once, slowly, or when it may. One session's own. */
final class Mouth {
  private static final int STEPS_A_SECOND = 10;
  private static final Duration STEP = Duration.ofMillis(1000 / STEPS_A_SECOND);

  private final Meddler.Hands hands;
  private final ByteArrayOutputStream next = new ByteArrayOutputStream();
  private final ArrayDeque<Words> waiting = new ArrayDeque<>();
  private boolean isShut;
  private boolean isSpeaking;

  /** What waits for being said, or done in the place of that. */
  private static final class Words {
    private final byte[] octets;

    /** Octets a second; 0 for at once. */
    private final int rate;

    private final Runnable then;
    private int said;

    Words(byte[] octets, int rate, Runnable then) {
      this.octets = octets;
      this.rate = rate;
      this.then = then;
    }

    boolean areSaid() {
      return said == octets.length;
    }

    /** What is said in one step. */
    byte[] next() {
      int left = octets.length - said;
      int most = rate == 0 ? left : Math.min(left, Math.max(1, rate / STEPS_A_SECOND));
      said += most;
      return Arrays.copyOfRange(octets, said - most, said);
    }
  }

  Mouth(Meddler.Hands hands) {
    this.hands = hands;
  }

  /** At once, with what else is said now, as soon as {@link #speak} is called. */
  void say(byte[] octets) {
    next.write(octets, 0, octets.length);
  }

  /** The same at a rate. */
  void say(byte[] octets, int rate) {
    gather();
    waiting.add(new Words(octets, rate, () -> {}));
  }

  /** When all has been said. */
  void then(Runnable task) {
    gather();
    waiting.add(new Words(new byte[0], 0, task));
  }

  /** Says nothing until it may again. */
  void shut() {
    isShut = true;
  }

  void open() {
    isShut = false;
    speak();
  }

  private void gather() {
    if (next.size() > 0) {
      waiting.add(new Words(next.toByteArray(), 0, () -> {}));
      next.reset();
    }
  }

  /** Says what may be said now. */
  void speak() {
    gather();
    while (!isShut && !isSpeaking && !waiting.isEmpty()) {
      Words words = waiting.element();
      byte[] step = words.next();
      if (step.length > 0) {
        hands.toClient(step);
      }
      if (words.areSaid()) {
        waiting.remove();
      }
      if (words.rate > 0) {
        isSpeaking = true;
        hands.later(STEP, this::goOn);
      }
      words.then.run();
    }
    hands.keepsBack(!waiting.isEmpty());
  }

  private void goOn() {
    isSpeaking = false;
    speak();
  }
}
