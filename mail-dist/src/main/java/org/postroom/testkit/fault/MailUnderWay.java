package org.postroom.testkit.fault;

import java.util.ArrayList;
import java.util.List;

/** The mail that a client hands over, as far as the server has taken it. One session's own. */
final class MailUnderWay {
  private final Protocol protocol;
  private final List<String> recipients = new ArrayList<>();
  private String sender = "";

  MailUnderWay(Protocol protocol) {
    this.protocol = protocol;
  }

  /** Whether content may follow. */
  boolean isThere() {
    return !recipients.isEmpty();
  }

  /** How many answers its content gets. */
  int answers() {
    return protocol == Protocol.LMTP ? Math.max(1, recipients.size()) : 1;
  }

  void forget() {
    sender = "";
    recipients.clear();
  }

  /** Whether a rule means this mail, now that something is said of it. */
  boolean isMeant(Occasion.Said when, Exchange said) {
    if (said.verb == Verb.MAIL) {
      return when.to().isEmpty() && when.from().map(said.address::equalsIgnoreCase).orElse(true);
    }
    if (said.verb == Verb.RCPT) {
      return isFrom(when) && when.to().map(said.address::equalsIgnoreCase).orElse(true);
    }
    return isMeant(when);
  }

  boolean isMeant(Occasion.Said when) {
    return isFrom(when)
        && when.to().map(one -> recipients.stream().anyMatch(one::equalsIgnoreCase)).orElse(true);
  }

  private boolean isFrom(Occasion.Said when) {
    return when.from().map(sender::equalsIgnoreCase).orElse(true);
  }

  /** The server has answered. */
  void answered(Exchange said, boolean isYes) {
    Verb verb = said.verb;
    if (!protocol.takesMail() || verb == null) {
      return;
    }
    if (verb == Verb.CONTENT || said.isLast) {
      forget(); // whatever it has answered
    } else if (isYes) {
      switch (verb) {
        case MAIL -> {
          forget();
          sender = said.address;
        }
        case RCPT -> recipients.add(said.address);
        case EHLO, HELO, LHLO, RSET, STARTTLS -> forget();
        default -> {}
      }
    }
  }
}
