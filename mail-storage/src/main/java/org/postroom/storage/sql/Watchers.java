package org.postroom.storage.sql;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mailbox.MailStore.Subscription;
import org.postroom.core.mailbox.MailboxChange;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.quota.QuotaPassed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who wants to hear of changes in which mailbox, and of accounts that become full. */
final class Watchers {
  private static final Logger LOG = LoggerFactory.getLogger(Watchers.class);

  private final Map<Integer, List<Watch>> listeners = new ConcurrentHashMap<>();
  private final List<Consumer<QuotaPassed>> ofQuotas = new CopyOnWriteArrayList<>();

  Subscription add(MailboxId mailbox, Consumer<MailboxChange> listener) {
    Watch own = new Watch(listener);
    listeners.compute(
        mailbox.value(),
        (id, known) -> {
          List<Watch> all = known == null ? new CopyOnWriteArrayList<>() : known;
          all.add(own);
          return all;
        });
    return () ->
        listeners.computeIfPresent(
            mailbox.value(),
            (id, known) -> {
              known.remove(own);
              return known.isEmpty() ? null : known;
            });
  }

  void tell(MailboxId mailbox, long highestModSeq) {
    List<Watch> known = listeners.get(mailbox.value());
    if (known != null) {
      MailboxChange change = new MailboxChange(mailbox, highestModSeq);
      tell(known, watch -> watch.listener.accept(change), change);
    }
  }

  /** Of accounts that are so full that somebody is to be told. */
  Subscription addQuotas(Consumer<QuotaPassed> listener) {
    ofQuotas.add(listener);
    return () -> ofQuotas.remove(listener);
  }

  void tell(QuotaPassed passed) {
    tell(ofQuotas, listener -> listener.accept(passed), passed);
  }

  /**
   * What is told is durable: whatever a listener throws is its own, and the others hear of it.
   * Where the machine is at its end the committer hears of that behind them.
   */
  private static <T> void tell(List<T> listeners, Consumer<T> telling, Record what) {
    Error fatal = null;
    for (T listener : listeners) {
      try {
        telling.accept(listener);
      } catch (RuntimeException | Error e) {
        LOG.warn("who hears of {} failed", what, e);
        if (e instanceof Error error && Lifeline.isFatal(error)) {
          fatal = error;
        }
      }
    }
    if (fatal != null) {
      throw fatal;
    }
  }

  /** Equal to itself alone: the same listener may watch twice, and stop once. */
  private static final class Watch {
    private final Consumer<MailboxChange> listener;

    Watch(Consumer<MailboxChange> listener) {
      this.listener = listener;
    }
  }
}
