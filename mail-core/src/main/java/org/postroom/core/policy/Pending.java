package org.postroom.core.policy;

import java.util.List;
import java.util.Optional;
import org.postroom.core.restriction.Consequence;
import org.postroom.core.restriction.Verdict;

/**
 * What the lists that were judged leave to those that are judged later.
 *
 * @param deferIfPermit why the mail is refused for now, if everything else permits it
 * @param consequences what becomes of it, if it is taken
 */
public record Pending(Optional<Verdict.Reject> deferIfPermit, List<Consequence> consequences) {
  public static final Pending NOTHING = new Pending(Optional.empty(), List.of());

  public Pending {
    consequences = List.copyOf(consequences);
  }

  boolean isNothing() {
    return deferIfPermit.isEmpty() && consequences.isEmpty();
  }
}
