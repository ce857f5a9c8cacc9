package org.postroom.core.delivery;

import org.postroom.core.refusal.ContentDamaged;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.trouble.Reason;

/** What an attempt came to, for one recipient. */
public sealed interface DeliveryResult {

  /** Who answered: {@code mx.example.org[192.0.2.1]:25}, or {@code none}. */
  String relay();

  /** The enhanced status code (RFC 3463), such as {@code 2.0.0}. */
  String status();

  /** What was said, on one line. */
  String reason();

  /** What the far side said, beginning with its reply code; empty where that is our own word. */
  default String said() {
    return "";
  }

  /**
   * The next one has taken responsibility.
   *
   * @param reports also for telling the sender, where he asked to hear of success
   */
  record Delivered(String relay, String status, String reason, boolean reports)
      implements DeliveryResult {

    /** A reply that has taken the mail is all the reason there is. */
    @Override
    public String said() {
      return reason.matches("2\\d\\d( .*)?") ? reason : "";
    }
  }

  /** Not now; worth trying again. */
  record Deferred(String relay, String status, String reason, String said)
      implements DeliveryResult {

    /** By our own decision. */
    public Deferred(String relay, String status, String reason) {
      this(relay, status, reason, "");
    }
  }

  /**
   * Not now, because no conversation with the next hop came about: neither will one for another
   * mail, so that the destination is given a rest. What the far side says of a mail is never this.
   */
  record Unreachable(String relay, String status, String reason) implements DeliveryResult {}

  /**
   * Not now, because of ourselves: the store did not answer in the middle of it. It is tried again
   * soon, and not when a far side might have changed its mind.
   */
  record HeldUp(String relay, String status, String reason) implements DeliveryResult {}

  /** Not before somebody lets it go: no time runs for it, and nobody is told that it is late. */
  record Held(String relay, String status, String reason) implements DeliveryResult {}

  /**
   * Not now, because of a fault on our side.
   *
   * @param what failed
   */
  static DeliveryResult fault(String what, Throwable fault) {
    String reason = what + ": " + Reason.text(fault);
    return fault instanceof StorageUnavailable && !(fault instanceof ContentDamaged)
        ? new HeldUp("none", "4.3.0", reason)
        : new Deferred("none", "4.3.0", reason);
  }

  /** Not ever. */
  record Bounced(String relay, String status, String reason, String said)
      implements DeliveryResult {

    /** By our own decision. */
    public Bounced(String relay, String status, String reason) {
      this(relay, status, reason, "");
    }
  }
}
