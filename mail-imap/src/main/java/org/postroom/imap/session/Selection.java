package org.postroom.imap.session;

import org.jspecify.annotations.Nullable;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Saying;
import org.postroom.imap.protocol.Responder;

/** The mailbox that a client has selected: its view, and the watch over it. */
final class Selection implements AutoCloseable {
  private final MailboxView view;
  private final MailStore.Subscription watch;
  private final Turns turns;
  private final Connection connection;

  private Selection(
      MailboxView view, MailStore.Subscription watch, Turns turns, Connection connection) {
    this.view = view;
    this.watch = watch;
    this.turns = turns;
    this.connection = connection;
  }

  static Selection open(
      MailStore store, Mailbox mailbox, boolean readOnly, Turns turns, Connection connection) {
    // Watched first: a change between the snapshot and the watch would go unnoticed.
    Watcher watcher = new Watcher(turns);
    MailStore.Subscription watch = store.watch(mailbox.id(), change -> watcher.changed());
    boolean opened = false;
    try {
      MailboxView view = MailboxView.open(store, store.snapshot(mailbox.id()), readOnly);
      watcher.view = view;
      view.touch();
      opened = true;
      return new Selection(view, watch, turns, connection);
    } finally {
      if (!opened) {
        watch.close();
      }
    }
  }

  /** Passes the store's hints on; called on its threads. */
  private static final class Watcher {
    private final Turns turns;
    private volatile @Nullable MailboxView view;

    Watcher(Turns turns) {
      this.turns = turns;
    }

    void changed() {
      MailboxView seen = view;
      if (seen != null) {
        seen.touch();
      }
      turns.tellOfChange();
    }
  }

  MailboxView view() {
    return view;
  }

  /** Brings the view up to date before a command. */
  Saying before(Responder out) {
    return view.isTouched() ? sync(out, false, false) : Saying.NOTHING;
  }

  /** Brings the view up to date after a command; returns what there is to say of it. */
  Saying sync(Sync when, Responder out) {
    boolean expunges =
        when.expunges && (turns.isWithinConversation() || !Pipeline.usesNumbers(connection.in()));
    return sync(out, expunges, when.always);
  }

  /**
   * The same for a command that is done, and stays done whatever is found: whoever did not hear OK
   * would append or copy once more. When the store cannot say now what else has happened, the view
   * asks again later; when the selected mailbox is gone, the session ends after the answer.
   */
  Saying syncAfter(Sync when, Responder out) {
    try {
      return sync(when, out);
    } catch (SelectionLost lost) {
      turns.endAfterAnswer(SelectionLost.TEXT);
    } catch (StorageUnavailable | StorageFull later) {
      Failures.notTold(later, connection.id());
    }
    return Saying.NOTHING;
  }

  private Saying sync(Responder out, boolean expunges, boolean always) {
    try {
      return view.sync(out, expunges, always);
    } catch (MailboxNotFound deleted) {
      throw new SelectionLost();
    }
  }

  @Override
  public void close() {
    watch.close();
  }
}
