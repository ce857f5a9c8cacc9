package org.postroom.dist;

import java.util.List;
import java.util.function.BiConsumer;
import org.postroom.core.mailbox.DelegatingMailStore;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.UidSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A store of which somebody hears what is put into mailboxes, before whoever did so hears it. */
final class HeardMailStore extends DelegatingMailStore {
  private static final Logger LOG = LoggerFactory.getLogger(HeardMailStore.class);

  private final BiConsumer<Mailbox, UidSet> listener;

  HeardMailStore(MailStore store, BiConsumer<Mailbox, UidSet> listener) {
    super(store);
    this.listener = listener;
  }

  @Override
  public Appended append(MailboxId mailbox, List<NewMessage> messages) {
    Mailbox before = mailbox(mailbox);
    return heard(before, super.append(mailbox, messages));
  }

  @Override
  public Appended restore(MailboxId mailbox, List<Numbered> messages, long uidNext) {
    Mailbox before = mailbox(mailbox);
    return heard(before, super.restore(mailbox, messages, uidNext));
  }

  private Appended heard(Mailbox before, Appended appended) {
    if (appended.uids().isEmpty()) {
      return appended;
    }
    try {
      listener.accept(before, appended.uids());
    } catch (RuntimeException e) {
      LOG.error("the listener for messages that are put into mailboxes failed", e);
    }
    return appended;
  }
}
