package org.postroom.testkit.fault;

import java.time.Duration;

/** What a fault does. */
public sealed interface Act {

  /** Whether what was begun comes to nothing by it, so that other faults have nothing to do. */
  default boolean isLast() {
    return true;
  }

  /** Another answer than the server's, which hears nothing of the command. */
  record Reply(String line) implements Act {
    @Override
    public String toString() {
      return "reply " + line;
    }
  }

  /** The connection is lost. */
  record Drop() implements Act {
    @Override
    public String toString() {
      return "drop";
    }
  }

  /** The server closes the connection in good order, without a word. */
  record HangUp() implements Act {
    @Override
    public String toString() {
      return "hang up";
    }
  }

  /** Nothing is answered any more, and the connection stands. */
  record Stall() implements Act {
    @Override
    public String toString() {
      return "stall";
    }
  }

  /** The command is done, and the connection is lost before its answer. */
  record LoseAnswer() implements Act {
    @Override
    public boolean isLast() {
      return false;
    }

    @Override
    public String toString() {
      return "lose the answer";
    }
  }

  /** It happens so much later, by the server's clock. */
  record Delay(Duration by) implements Act {
    @Override
    public boolean isLast() {
      return false;
    }

    @Override
    public String toString() {
      return "wait " + by.toMillis() + " ms";
    }
  }

  /** Some octets of the answer are others. */
  record Garble() implements Act {
    @Override
    public boolean isLast() {
      return false;
    }

    @Override
    public String toString() {
      return "garble";
    }
  }

  /** The answer comes slowly. */
  record Throttle(int octetsPerSecond) implements Act {
    @Override
    public boolean isLast() {
      return false;
    }

    @Override
    public String toString() {
      return "say " + octetsPerSecond + " octets a second";
    }
  }

  /** The server does not say that it can do this. */
  record Without(String capability) implements Act {
    @Override
    public boolean isLast() {
      return false;
    }

    @Override
    public String toString() {
      return "keep quiet about " + capability;
    }
  }

  /** The handshake is refused with an alert. */
  record FailTls() implements Act {
    @Override
    public String toString() {
      return "refuse the handshake";
    }
  }

  /** The store has no room. */
  record Full() implements Act {
    @Override
    public String toString() {
      return "no room";
    }
  }

  /** The store, or who knows names, cannot do its work now; after a while. */
  record Unavailable(Duration after) implements Act {
    @Override
    public String toString() {
      return "unavailable" + (after.isZero() ? "" : " after " + after.toMillis() + " ms");
    }
  }

  /** There is no such name. */
  record NoSuchName() implements Act {
    @Override
    public String toString() {
      return "no such name";
    }
  }
}
