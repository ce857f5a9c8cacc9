package org.postroom.core.flow;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.address.Address;
import org.postroom.core.restriction.Consequence;

/**
 * What all consequences come to for one mail: of those that exclude each other the last counts.
 *
 * @param discarded whether it is thrown away
 * @param held whether it waits until somebody lets it go
 * @param redirect who gets it instead of its recipients; then no filter does, and nobody a copy
 * @param filter where all of it goes, {@code transport:nexthop}
 * @param copies who gets it beside its recipients
 */
record Treatment(
    boolean discarded,
    boolean held,
    Optional<Address> redirect,
    Optional<String> filter,
    Set<Address> copies) {

  static Treatment of(List<Consequence> consequences) {
    boolean discarded = false;
    boolean held = false;
    Optional<Address> redirect = Optional.empty();
    Optional<String> filter = Optional.empty();
    Set<Address> copies = new LinkedHashSet<>();
    for (Consequence each : consequences) {
      if (each instanceof Consequence.Discard) {
        discarded = true;
      } else if (each instanceof Consequence.Hold) {
        held = true;
      } else if (each instanceof Consequence.Redirect to) {
        redirect = Optional.of(to.recipient());
      } else if (each instanceof Consequence.Filter through) {
        filter = Optional.of(through.destination());
      } else if (each instanceof Consequence.Bcc to) {
        copies.add(to.recipient());
      } // else it was done with the content, or said in the log
    }
    return redirect.isPresent()
        ? new Treatment(discarded, held, redirect, Optional.empty(), Set.of())
        : new Treatment(discarded, held, redirect, filter, copies);
  }

  /** What was decided for mail that waits for a destination, and is still to be done. */
  static Treatment waiting(String destination) {
    return of(
        Route.Onward.decided(destination)
            .<Consequence>map(
                way -> new Consequence.Filter(new Way(way.transport(), way.nextHop()).toString()))
            .stream()
            .toList());
  }

  /** The way that all of the mail is to go; without a next hop where each recipient's domain is. */
  Optional<Route.Onward> decided() {
    return filter.map(
        text -> {
          Way way = Way.parse(text);
          return new Route.Onward(way.transport(), way.nextHop(), true);
        });
  }

  /** The same without a filter's destination. */
  Treatment unfiltered() {
    return new Treatment(discarded, held, redirect, Optional.empty(), copies);
  }

  /** Where a target goes; what must not leave does not leave by a filter. */
  Route route(Target target) {
    return filter
        .filter(text -> !(target.route() instanceof Route.Kept))
        .<Route>map(text -> Route.Onward.filtered(text, target.recipient().address().domain()))
        .orElseGet(target::route);
  }
}
