package org.postroom.core.flow;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.mail.Recipient;

/**
 * Where an expansion would come back to a user who has sent the mail on already, as where two have
 * theirs sent to each other. What runs in a circle is returned; who else is on the way, and who
 * keeps a copy, has it.
 */
final class Circles {
  /** To whom it would come back, and whom reports go to; null as long as to nobody. */
  private @Nullable Map<Address, Optional<ReversePath>> ends;

  /**
   * One was found.
   *
   * @param owner of the list that the way has come by
   */
  void add(Address address, Optional<ReversePath> owner, Targets found) {
    found.tell("loop: " + address + " has sent it on before (forward_path)");
    if (ends == null) {
      ends = new LinkedHashMap<>();
    }
    ends.putIfAbsent(address, owner);
  }

  /** When all else is found that {@code recipient} stands for. */
  void turnBack(Recipient recipient, Targets found) {
    if (ends != null) {
      ends.forEach((address, owner) -> turnBack(address, owner, recipient, found));
    }
  }

  private static void turnBack(
      Address address, Optional<ReversePath> owner, Recipient recipient, Targets found) {
    String why = DeliveredTo.inCircles(address);
    if (found.isEmpty()) {
      found.refuse("nobody else", new Route.Nowhere(554, DeliveredTo.LOOP, why));
    } else {
      Route back = BuiltInTransports.returning(DeliveredTo.LOOP, why);
      Recipient who = Target.named(address, recipient, owner);
      found.put("loop " + Trail.name(address), new Target(who, back, owner));
    }
  }
}
