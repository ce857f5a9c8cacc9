package org.postroom.dist;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.Changes;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxChange;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.Snapshot;
import org.postroom.core.mailbox.SpecialUse;
import org.postroom.core.mailbox.Uid;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.quota.QuotaPassed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A store of which somebody hears what is put into mailboxes, before whoever did so hears it. */
final class HeardMailStore implements MailStore {
  private static final Logger LOG = LoggerFactory.getLogger(HeardMailStore.class);

  private final MailStore store;
  private final BiConsumer<Mailbox, UidSet> listener;

  HeardMailStore(MailStore store, BiConsumer<Mailbox, UidSet> listener) {
    this.store = store;
    this.listener = listener;
  }

  @Override
  public Appended append(MailboxId mailbox, List<NewMessage> messages) {
    Mailbox before = store.mailbox(mailbox);
    return heard(before, store.append(mailbox, messages));
  }

  @Override
  public Appended restore(MailboxId mailbox, List<Numbered> messages, long uidNext) {
    Mailbox before = store.mailbox(mailbox);
    return heard(before, store.restore(mailbox, messages, uidNext));
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

  // --- as it is

  @Override
  public List<Mailbox> list(AccountId account) {
    return store.list(account);
  }

  @Override
  public Optional<Mailbox> find(AccountId account, MailboxName name) {
    return store.find(account, name);
  }

  @Override
  public Mailbox mailbox(MailboxId mailbox) {
    return store.mailbox(mailbox);
  }

  @Override
  public Mailbox create(AccountId account, MailboxName name, Optional<SpecialUse> use) {
    return store.create(account, name, use);
  }

  @Override
  public Mailbox adopt(AccountId account, MailboxName name, long uidValidity) {
    return store.adopt(account, name, uidValidity);
  }

  @Override
  public void delete(MailboxId mailbox) {
    store.delete(mailbox);
  }

  @Override
  public void rename(AccountId account, MailboxName from, MailboxName to) {
    store.rename(account, from, to);
  }

  @Override
  public Set<MailboxName> subscriptions(AccountId account) {
    return store.subscriptions(account);
  }

  @Override
  public void subscribe(AccountId account, MailboxName name) {
    store.subscribe(account, name);
  }

  @Override
  public void unsubscribe(AccountId account, MailboxName name) {
    store.unsubscribe(account, name);
  }

  @Override
  public Snapshot snapshot(MailboxId mailbox) {
    return store.snapshot(mailbox);
  }

  @Override
  public Changes changesSince(MailboxId mailbox, long modSeq) {
    return store.changesSince(mailbox, modSeq);
  }

  @Override
  public UidSet claimRecent(MailboxId mailbox) {
    return store.claimRecent(mailbox);
  }

  @Override
  public void read(
      MailboxId mailbox, UidSet uids, Set<Detail> details, Consumer<MessageRow> visitor) {
    store.read(mailbox, uids, details, visitor);
  }

  @Override
  public Optional<Uid> firstUnseen(MailboxId mailbox) {
    return store.firstUnseen(mailbox);
  }

  @Override
  public StoreResult store(MailboxId mailbox, UidSet uids, FlagChange change, long unchangedSince) {
    return store.store(mailbox, uids, change, unchangedSince);
  }

  @Override
  public Copied copy(MailboxId source, UidSet uids, MailboxId target) {
    return store.copy(source, uids, target);
  }

  @Override
  public Copied move(MailboxId source, UidSet uids, MailboxId target) {
    return store.move(source, uids, target);
  }

  @Override
  public UidSet expungeDeleted(MailboxId mailbox, UidSet uids) {
    return store.expungeDeleted(mailbox, uids);
  }

  @Override
  public UidSet expunge(MailboxId mailbox, UidSet uids) {
    return store.expunge(mailbox, uids);
  }

  @Override
  public Subscription watch(MailboxId mailbox, Consumer<MailboxChange> changes) {
    return store.watch(mailbox, changes);
  }

  @Override
  public Subscription watchQuotas(Consumer<QuotaPassed> warnings) {
    return store.watchQuotas(warnings);
  }
}
