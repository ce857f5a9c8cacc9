package org.postroom.dist.mailbox.store;

import org.jspecify.annotations.Nullable;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.part.Premises;
import org.postroom.dist.mailbox.Watch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Somebody hears of changes in a mailbox of the store. */
final class StoreWatch implements Watch {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  private final Premises premises;
  private final Runnable listener;
  private MailStore.@Nullable Subscription subscription;

  // Guarded by this.
  private boolean due;
  private boolean called;
  private boolean closed;

  private StoreWatch(Premises premises, Runnable listener) {
    this.premises = premises;
    this.listener = listener;
  }

  static StoreWatch begin(Premises premises, MailboxId mailbox, Runnable listener) {
    StoreWatch watch = new StoreWatch(premises, listener);
    watch.subscription = premises.mail().watch(mailbox, change -> watch.changed());
    return watch;
  }

  /** On a thread of the store, which must not wait. */
  private synchronized void changed() {
    due = true;
    if (!called && !closed) {
      called = premises.timers().handOn(premises.workers(), this::call);
    }
  }

  private void call() {
    while (isDue()) {
      try {
        listener.run();
      } catch (Throwable e) { // an Error, too, must not end the watch without a word
        LOG.warn("who watches a mailbox failed", e);
        if (e instanceof VirtualMachineError error && Lifeline.isFatal(error)) {
          throw error; // the server cannot go on: its workers say so
        }
      }
    }
  }

  private synchronized boolean isDue() {
    boolean go = due && !closed;
    due = false;
    called = go;
    return go;
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    MailStore.Subscription ours = subscription;
    if (ours != null) {
      ours.close();
    }
  }
}
