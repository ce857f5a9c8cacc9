package org.postroom.core.mail;

import java.util.Optional;
import java.util.Set;
import org.postroom.core.address.Address;

/**
 * Somebody a mail is for, with what its sender wants to hear about it (RFC 3461).
 *
 * @param address where it goes
 * @param reportOn NOTIFY; empty when the sender did not say
 * @param original ORCPT as given ({@code rfc822;ada@example.org}, xtext decoded)
 */
public record Recipient(Address address, Set<Notify> reportOn, Optional<String> original) {

  /** When the sender wants a report. */
  public enum Notify {
    NEVER,
    SUCCESS,
    FAILURE,
    DELAY
  }

  public Recipient {
    reportOn = Set.copyOf(reportOn);
  }

  /** Whom the sender has named, where that is another address; else empty. For people. */
  public String namedBySender() {
    return original
        .map(name -> name.substring(name.indexOf(';') + 1))
        .filter(name -> !name.equals(address.toString()))
        .orElse("");
  }

  /** A recipient without special wishes. */
  public static Recipient of(Address address) {
    return new Recipient(address, Set.of(), Optional.empty());
  }
}
