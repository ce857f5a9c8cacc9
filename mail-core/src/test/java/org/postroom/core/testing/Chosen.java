package org.postroom.core.testing;

import java.util.Set;
import org.postroom.core.queue.QueueStore.Choice;
import org.postroom.core.queue.QueueStore.Share;

/** What a test wants of a queue: so much of each destination, beside some. */
public record Chosen(int destinations, int recipients, Set<String> busy, Set<Long> held)
    implements Choice {

  /** So much of each destination. */
  public static Chosen of(int destinations, int recipients) {
    return new Chosen(destinations, recipients, Set.of(), Set.of());
  }

  /** The same beside these destinations. */
  public Chosen without(Set<String> destinations) {
    return new Chosen(destinations(), recipients, destinations, held);
  }

  /** The same beside these recipients. */
  public Chosen holding(Set<Long> ids) {
    return new Chosen(destinations, recipients, busy, ids);
  }

  @Override
  public boolean wants(String destination) {
    return !busy.contains(destination);
  }

  @Override
  public Share share(String destination) {
    return wants(destination) ? new Share(recipients, recipients) : Share.NONE;
  }

  @Override
  public boolean holds(long recipient) {
    return held.contains(recipient);
  }
}
