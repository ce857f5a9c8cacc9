package org.postroom.core.testing;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.queue.QueueStore;

/** A scheduler with some places for first attempts, and what became of them. */
public final class SomePlaces implements QueueStore.Scheduler {
  /** The most recipients of one delivery. */
  public static final int RECIPIENTS = 2;

  private final String owner;
  private final Instant until;
  private final Map<String, Integer> free = new ConcurrentHashMap<>();
  private final List<QueuedMail> begun = new CopyOnWriteArrayList<>();
  private final List<Boolean> givenUp = new CopyOnWriteArrayList<>();

  /** None yet; whose leases they are, and when these end. */
  public SomePlaces(String owner, Instant until) {
    this.owner = owner;
    this.until = until;
  }

  /** So many for a destination. */
  public SomePlaces with(String destination, int places) {
    free.put(destination, places);
    return this;
  }

  /** How many there are still. */
  public int free(String destination) {
    return free.getOrDefault(destination, 0);
  }

  /** What has its place, in the order in which it came in. */
  public List<QueuedMail> begun() {
    return begun;
  }

  /** Of each place that was given up, whether that was in doubt. */
  public List<Boolean> givenUp() {
    return givenUp;
  }

  @Override
  public synchronized Optional<QueueStore.Place> place(String destination) {
    if (free(destination) == 0) {
      return Optional.empty();
    }
    free.merge(destination, -1, Integer::sum);
    return Optional.of(
        new QueueStore.Place() {
          @Override
          public String owner() {
            return owner;
          }

          @Override
          public Instant until() {
            return until;
          }

          @Override
          public int recipients() {
            return RECIPIENTS;
          }

          @Override
          public void fill(QueuedMail mail) {
            begun.add(mail);
          }

          @Override
          public void giveUp(boolean inDoubt) {
            givenUp.add(inDoubt);
          }
        });
  }
}
