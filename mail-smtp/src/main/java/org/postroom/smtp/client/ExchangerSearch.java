package org.postroom.smtp.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postroom.core.dns.Resolver.MailExchanger;
import org.postroom.core.time.Timers;
import org.postroom.smtp.client.HostLookUp.Host;

/**
 * One attempt's look-ups of mail exchangers, best first, and no more of them than are of use: what
 * a set of a thousand names costs us is ours to say, not its owner's.
 *
 * <p>One look-up is always under way, and up to {@link #AT_ONCE} while the places that all attempts
 * share last; so an attempt never waits for another's names. The search ends when there are
 * addresses enough, when nobody worse than ourselves is to be asked for, when the names are at an
 * end, or when {@link #LONGEST} is over. Answers come on any thread.
 */
final class ExchangerSearch {
  /** How many exchangers of a set are looked up. */
  static final int MOST = 20;

  /** How many of them at the same time. */
  static final int AT_ONCE = 4;

  /** How many at the same time for all attempts, beside the one that each attempt has anyway. */
  static final int SHARED_PLACES = 100;

  /** How long all of them may take. */
  static final Duration LONGEST = Duration.ofSeconds(30);

  private final List<MailExchanger> exchangers;
  private final int wanted;
  private final Function<MailExchanger, CompletionStage<Host>> lookUp;
  private final Semaphore shared;
  private final List<Looked> looked = new ArrayList<>();
  private final CompletableFuture<List<Looked>> done = new CompletableFuture<>();
  private int underWay;
  private boolean over;

  /** An exchanger that has been asked for. */
  static final class Looked {
    private final MailExchanger exchanger;
    private final boolean borrowed;
    private @Nullable Host host;

    private Looked(MailExchanger exchanger, boolean borrowed) {
      this.exchanger = exchanger;
      this.borrowed = borrowed;
    }

    MailExchanger exchanger() {
      return exchanger;
    }

    /** Null when there was no answer, or not in time. */
    @Nullable Host host() {
      return host;
    }
  }

  private ExchangerSearch(
      List<MailExchanger> exchangers,
      int wanted,
      Function<MailExchanger, CompletionStage<Host>> lookUp,
      Semaphore shared) {
    this.exchangers = exchangers.subList(0, Math.min(exchangers.size(), MOST));
    this.wanted = wanted;
    this.lookUp = lookUp;
    this.shared = shared;
  }

  /**
   * Looks up.
   *
   * @param exchangers by preference
   * @param wanted how many addresses are enough
   * @param shared the places of all attempts
   * @return those that were asked for, in the same order; never completes exceptionally
   */
  static CompletionStage<List<Looked>> search(
      List<MailExchanger> exchangers,
      int wanted,
      Function<MailExchanger, CompletionStage<Host>> lookUp,
      Semaphore shared,
      Timers timers) {
    ExchangerSearch search = new ExchangerSearch(exchangers, wanted, lookUp, shared);
    Timers.Timer limit = timers.after(LONGEST, search::end);
    search.goOn();
    return search.done.whenComplete((looked, none) -> limit.cancel());
  }

  private void goOn() {
    for (Looked next = next(); next != null; next = next()) {
      Looked one = next;
      CompletableFuture.completedStage(one.exchanger)
          .thenCompose(lookUp)
          .whenComplete((host, trouble) -> answered(one, host));
    }
    if (isOver()) {
      done.complete(looked);
    }
  }

  /** The next to ask for now; null when others have to answer first, or at the end. */
  private synchronized @Nullable Looked next() {
    if (over) {
      return null;
    }
    if (looked.size() == exchangers.size() || isEnough(exchangers.get(looked.size()))) {
      over = underWay == 0;
      return null;
    }
    boolean borrows = underWay > 0;
    if (underWay == AT_ONCE || borrows && !shared.tryAcquire()) {
      return null;
    }
    Looked next = new Looked(exchangers.get(looked.size()), borrows);
    looked.add(next);
    underWay++;
    return next;
  }

  /** Equal ones are all asked for, since one of them may be ourselves. */
  private boolean isEnough(MailExchanger next) {
    int better = 0;
    for (Looked one : looked) {
      if (one.host instanceof Host.Ourselves) {
        return true;
      }
      if (one.host instanceof Host.Reachable some
          && one.exchanger.preference() < next.preference()) {
        better += some.targets().size();
      }
    }
    return better >= wanted;
  }

  private void answered(Looked one, @Nullable Host host) {
    if (one.borrowed) {
      shared.release();
    }
    synchronized (this) {
      underWay--;
      if (!over) { // what comes too late is not read any more, nor written
        one.host = host;
      }
    }
    goOn();
  }

  private synchronized boolean isOver() {
    return over;
  }

  private void end() {
    synchronized (this) {
      over = true;
    }
    done.complete(looked);
  }
}
