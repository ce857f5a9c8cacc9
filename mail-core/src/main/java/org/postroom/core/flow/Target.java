package org.postroom.core.flow;

import java.util.List;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.mail.Recipient;

/**
 * One of those that a recipient of the envelope stands for, and where its copy goes.
 *
 * @param recipient with the address that it came to; its wishes are those of the one it stands for
 * @param owner who hears, in place of the sender, what becomes of this copy; empty outside of lists
 * @param sender as whom the sender stands on this copy, which is forwarded; empty where as himself
 * @param forwarders by whose own word the copy goes on, the first one first; it says so
 */
public record Target(
    Recipient recipient,
    Route route,
    Optional<ReversePath> owner,
    Optional<ReversePath> sender,
    List<Address> forwarders) {

  public Target {
    forwarders = List.copyOf(forwarders);
  }

  /** One of whom the sender hears. */
  public Target(Recipient recipient, Route route) {
    this(recipient, route, Optional.empty());
  }

  /** One that goes on by nobody's own word. */
  public Target(
      Recipient recipient, Route route, Optional<ReversePath> owner, Optional<ReversePath> sender) {
    this(recipient, route, owner, sender, List.of());
  }

  /** One of whom the sender hears under his own name, or else an owner. */
  public Target(Recipient recipient, Route route, Optional<ReversePath> owner) {
    this(recipient, route, owner, Optional.empty(), List.of());
  }

  /**
   * What {@code address} has of the wishes of the one who stands for it, and the name that the
   * sender knows (RFC 3461, 5.2.7); a list's members have none of them.
   */
  static Recipient named(Address address, Recipient named, Optional<ReversePath> owner) {
    if (owner.isPresent()) {
      return Recipient.of(address);
    }
    return address.equals(named.address())
        ? named
        : new Recipient(
            address,
            named.reportOn(),
            named.original().or(() -> Optional.of("rfc822;" + named.address())));
  }

  /** The same from another sender, where it leaves and no owner hears of it. */
  Target from(ReversePath other) {
    return route instanceof Route.Onward onward && onward.leaves() && owner.isEmpty()
        ? new Target(recipient, route, owner, Optional.of(other), forwarders)
        : this;
  }

  /** The same by another route. */
  Target by(Route other) {
    return other == route || other.equals(route)
        ? this
        : new Target(recipient, other, owner, sender, forwarders);
  }

  /** The same for another. */
  Target to(Recipient other) {
    return new Target(other, route, owner, sender, forwarders);
  }
}
