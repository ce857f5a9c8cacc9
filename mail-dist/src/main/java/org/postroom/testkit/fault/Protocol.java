package org.postroom.testkit.fault;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postroom.core.door.Door;
import org.postroom.dist.Role;

/** What clients speak to the server. */
public enum Protocol {
  SMTP,
  LMTP,
  POP3,
  IMAP;

  /** Where it is spoken. */
  List<Door> doors() {
    return switch (this) {
      case SMTP -> List.of(Role.MX, Role.SUBMISSION, Role.SUBMISSIONS, Role.ALTERNATIVE);
      case LMTP -> List.of(Role.LMTP);
      case POP3 -> List.of(Role.POP3, Role.POP3S);
      case IMAP -> List.of(Role.IMAP, Role.IMAPS);
    };
  }

  /** What is spoken at a door; empty for doors of others. */
  static Optional<Protocol> at(Door door) {
    for (Protocol one : values()) {
      if (one.doors().contains(door)) {
        return Optional.of(one);
      }
    }
    return Optional.empty();
  }

  /** The door of that name, of those at which one of them is spoken. */
  static Optional<Door> door(String name) {
    for (Protocol one : values()) {
      for (Door door : one.doors()) {
        if (door.name().equals(name)) {
          return Optional.of(door);
        }
      }
    }
    return Optional.empty();
  }

  /** Whether there are senders and recipients. */
  boolean takesMail() {
    return this == SMTP || this == LMTP;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
