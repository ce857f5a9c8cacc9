package org.postroom.core.flow;

import java.util.List;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.restriction.Verdict;

/** What a door hears that has handed a mail over. */
public sealed interface Handover {

  /**
   * It is ours, durably: in its mailboxes and in the queue.
   *
   * @param acceptances the first one is the mail itself; those behind it go to lists in the names
   *     of their owners
   */
  record Taken(List<Acceptance> acceptances) implements Handover {

    public Taken {
      acceptances = List.copyOf(acceptances);
    }
  }

  /** It was thrown away, and whoever sent it must believe that it was taken. */
  record Discarded() implements Handover {}

  /**
   * It is not taken.
   *
   * @param rule who has refused it
   */
  record Refused(Verdict.Reject reply, String rule) implements Handover {}
}
