package org.postroom.core.wire;

import org.jspecify.annotations.Nullable;

/**
 * What a connection holds as a stranger, until its client is known or has to go. The worker and the
 * event loop charge; what is here is under the connection's lock but for {@link #stranger} itself,
 * which is read everywhere and becomes null once.
 */
final class StrangerCharge implements Strangers.Guest {
  private final NearEnd end;
  private final Link link;
  private final NettyInput input;
  private final Unsent unsent;
  private final Agenda agenda;
  private final Strangers strangers;
  private final Doorway door;
  private final Runnable schedule;
  private volatile Strangers.@Nullable Stranger stranger;

  /** So many octets the session keeps of what it has read. */
  private int kept;

  /** When the session was parked last, or will begin to be idle after a hold. */
  private long restingSince;

  /** Was asked to go while it was at work: says so when it is at rest. */
  private boolean passedOver;

  /**
   * One of a connection.
   *
   * @param stranger null for who is known from the beginning
   * @param schedule has the session do what it is to do next; under the lock
   */
  StrangerCharge(
      NearEnd end,
      Link link,
      NettyInput input,
      Unsent unsent,
      Agenda agenda,
      Strangers strangers,
      Strangers.@Nullable Stranger stranger,
      Doorway door,
      long now,
      Runnable schedule) {
    this.end = end;
    this.link = link;
    this.input = input;
    this.unsent = unsent;
    this.agenda = agenda;
    this.strangers = strangers;
    this.stranger = stranger;
    this.door = door;
    this.restingSince = now;
    this.schedule = schedule;
  }

  boolean isStranger() {
    return stranger != null;
  }

  /** From now on it may be sent away. Without the lock. */
  void begin() {
    Strangers.Stranger one = stranger;
    if (one != null) {
      one.isOn(this);
    }
  }

  /** Its client is known. Without the lock. */
  void trusted() {
    Strangers.Stranger was = forget();
    if (was != null) {
      strangers.isKnown(was);
    }
  }

  /**
   * Its place among the strangers is free, and that at the door, because its last words take little
   * time; false when it was no stranger. Without the lock.
   */
  boolean left() {
    Strangers.Stranger was = forget();
    if (was != null) {
      strangers.left(was);
      door.leave();
    }
    return was != null;
  }

  private Strangers.@Nullable Stranger forget() {
    end.lock();
    try {
      Strangers.Stranger was = stranger;
      stranger = null;
      input.hasPlace();
      return was;
    } finally {
      end.unlock();
    }
  }

  /** The session keeps so much of what it has read. Without the lock. */
  void keeps(int octets) {
    end.lock();
    try {
      kept = octets;
    } finally {
      end.unlock();
    }
    weigh();
  }

  /**
   * Charges for what it holds; when there is no room for that, somebody has to go. While it is at
   * work and nobody else can go, nothing more is read from its socket: when it is at rest, this is
   * called again, and then it can go itself. Without the lock.
   */
  void weigh() {
    boolean again = true;
    for (Strangers.Stranger one = stranger; one != null; one = stranger) {
      long lacking = lacking();
      if (lacking == 0) {
        return;
      }
      if (!strangers.makeRoom(one, lacking)) {
        if (waitsForRoom(again)) {
          return;
        }
        again = false;
      }
    }
  }

  private long lacking() {
    end.lock();
    try {
      return charge();
    } finally {
      end.unlock();
    }
  }

  /**
   * Stops the reading until there is room.
   *
   * @param again whether it may be asked once more: it may have come to rest meanwhile
   * @return false when it is to be asked once more
   */
  private boolean waitsForRoom(boolean again) {
    end.lock();
    try {
      boolean leaves = link.isOver() || agenda.isStopping();
      if (leaves || charge() == 0) {
        return true; // who leaves is read to its end
      }
      if (agenda.isAtRest() && again) {
        return false;
      }
      input.lacksPlace();
      return true;
    } finally {
      end.unlock();
    }
  }

  /** Under the lock: how much there is no room for. */
  private long charge() {
    Strangers.Stranger one = stranger;
    long lacking = one == null ? 0 : one.holds(weight());
    if (lacking == 0) {
      input.hasPlace();
    }
    return lacking;
  }

  /** What it holds of ours, beside the session itself. */
  private long weight() {
    return (long) input.held() + kept + unsent.octets();
  }

  /**
   * Under the lock: the session sleeps. Returns whether there is no room for what it holds, which
   * is then to be {@linkplain #weigh weighed} without the lock.
   */
  boolean rest(long since) {
    restingSince = since;
    mayRest();
    return charge() > 0;
  }

  /** Under the lock: something has ended that kept it from being at rest. */
  void mayRest() {
    Strangers.Stranger one = stranger;
    if (passedOver && one != null && agenda.isAtRest()) {
      passedOver = false;
      one.comesToRest();
    }
  }

  @Override
  public long restingSince() {
    end.lock();
    try {
      return restingSince;
    } finally {
      end.unlock();
    }
  }

  @Override
  public boolean giveWay() {
    end.lock();
    try {
      boolean leaves = link.isOver() || agenda.isStopping();
      if (leaves || stranger == null) {
        return false;
      }
      if (!agenda.isAtRest()) {
        passedOver = true;
        return false;
      }
      stranger = null;
      door.leave();
      agenda.crowdOut();
      schedule.run();
      return true;
    } finally {
      end.unlock();
    }
  }

  /** Whether there is room for what TLS takes; somebody may have to go for it. */
  boolean mayShakeHands() {
    for (Strangers.Stranger one = stranger; one != null; one = stranger) {
      end.lock();
      try {
        if (stranger != one || one.needs(Strangers.TLS_OCTETS)) {
          return true;
        }
      } finally {
        end.unlock();
      }
      if (!strangers.makeRoom(one, Strangers.TLS_OCTETS)) {
        return false;
      }
    }
    return true;
  }
}
