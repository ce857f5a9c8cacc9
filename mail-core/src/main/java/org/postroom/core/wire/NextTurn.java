package org.postroom.core.wire;

import org.postroom.core.wire.Agenda.Turn;

/** What a session does next, by all that its connection knows. Under the lock. */
final class NextTurn {
  private final Parts parts;

  NextTurn(Parts parts) {
    this.parts = parts;
  }

  /** While no turn runs. */
  Turn now() {
    Agenda agenda = parts.agenda();
    Link link = parts.link();
    if (link.isEnding()) {
      return isStillHeard() ? Turn.READY : Turn.END;
    }
    boolean expired = parts.patience().isExpired();
    boolean crowdedOut = agenda.isCrowdedOut();
    if (parts.handshake().isGoingOn()) {
      return expired || crowdedOut || agenda.isStopping() || link.isInputEnded()
          ? Turn.END
          : Turn.NONE;
    }
    if (agenda.isOpening()) {
      return agenda.isStopping() || crowdedOut ? Turn.END : Turn.OPEN;
    }
    if (agenda.hasRest()) {
      // In the middle of an answer nothing else can be said.
      boolean over = expired || crowdedOut || agenda.isStoppingNow();
      return over ? Turn.END : parts.unsent().isRead() ? Turn.REST : Turn.NONE;
    }
    if (agenda.isStopping()
        && (agenda.isStoppingNow() || agenda.lineLimit() != NettyInput.ANY_OCTET)) {
      return Turn.SHUT_DOWN; // content that is under way comes to its end first
    }
    if (crowdedOut) {
      return Turn.CROWDED_OUT;
    }
    if (agenda.isSuspended() || parts.patience().isHeld()) {
      return Turn.NONE;
    }
    if (expired) {
      return Turn.TIMED_OUT;
    }
    return agenda.hasBegun() ? Turn.READY : ofClient();
  }

  /**
   * What it was to do before it hears anything, such as to look at who the other side is, is not
   * done any more; and where there is no worker, or the server stops now, nobody hears anything.
   */
  private boolean isStillHeard() {
    Agenda agenda = parts.agenda();
    return parts.link().mayStillBeHeard()
        && !agenda.isOpening()
        && !agenda.hasTask()
        && !agenda.isCrowdedOut()
        && !agenda.isStoppingNow()
        && !agenda.isSuspended()
        && !agenda.hasRest()
        && !parts.patience().isHeld()
        && !parts.handshake().isGoingOn()
        && parts.input().lineReady(agenda.lineLimit());
  }

  private Turn ofClient() {
    boolean task = parts.agenda().hasTask();
    if (!task && !parts.input().lineReady(parts.agenda().lineLimit())) {
      return parts.link().isInputEnded() ? Turn.END : Turn.NONE;
    }
    if (!parts.link().mayWait() && !parts.unsent().isRead()) {
      return Turn.NONE; // whoever does not read is told nothing more
    }
    return task ? Turn.TASK : Turn.READY;
  }
}
