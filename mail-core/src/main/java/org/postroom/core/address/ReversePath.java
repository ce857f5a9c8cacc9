package org.postroom.core.address;

import java.util.Optional;

/**
 * Where reports about a mail go: an address, or nobody (RFC 5321, 4.5.5: the null reverse-path).
 *
 * @param address empty for {@code <>}
 */
public record ReversePath(Optional<Address> address) {

  /** Nobody: {@code <>}. */
  public static final ReversePath NULL = new ReversePath(Optional.empty());

  public static ReversePath of(Address address) {
    return new ReversePath(Optional.of(address));
  }

  public boolean isNull() {
    return address.isEmpty();
  }

  /** Without angle brackets; empty for the null sender. */
  @Override
  public String toString() {
    return address.map(Address::toString).orElse("");
  }
}
