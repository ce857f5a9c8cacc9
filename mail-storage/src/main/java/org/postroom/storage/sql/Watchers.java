package org.postroom.storage.sql;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.postroom.core.mailbox.MailStore.Subscription;
import org.postroom.core.mailbox.MailboxChange;
import org.postroom.core.mailbox.MailboxId;

/** Who wants to hear of changes in which mailbox. */
final class Watchers {
  private final Map<Integer, List<Watch>> listeners = new ConcurrentHashMap<>();

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
      known.forEach(watch -> watch.listener.accept(change));
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
