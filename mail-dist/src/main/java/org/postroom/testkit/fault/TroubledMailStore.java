package org.postroom.testkit.fault;

import java.util.List;
import java.util.Optional;
import java.util.Set;
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

/** Mailboxes that fail when they are to: before they have begun what they were asked for. */
final class TroubledMailStore implements MailStore {
  private final MailStore store;
  private final Rules rules;

  TroubledMailStore(MailStore store, Rules rules) {
    this.store = store;
    this.rules = rules;
  }

  // --- what a client puts there

  @Override
  public Appended append(MailboxId mailbox, List<NewMessage> messages) {
    rules.trouble(StoreWork.APPEND, "append");
    return store.append(mailbox, messages);
  }

  // --- what is looked at

  @Override
  public List<Mailbox> list(AccountId account) {
    rules.trouble(StoreWork.READ, "list");
    return store.list(account);
  }

  @Override
  public Optional<Mailbox> find(AccountId account, MailboxName name) {
    rules.trouble(StoreWork.READ, "find");
    return store.find(account, name);
  }

  @Override
  public Mailbox mailbox(MailboxId mailbox) {
    rules.trouble(StoreWork.READ, "mailbox");
    return store.mailbox(mailbox);
  }

  @Override
  public Set<MailboxName> subscriptions(AccountId account) {
    rules.trouble(StoreWork.READ, "subscriptions");
    return store.subscriptions(account);
  }

  @Override
  public Snapshot snapshot(MailboxId mailbox) {
    rules.trouble(StoreWork.READ, "snapshot");
    return store.snapshot(mailbox);
  }

  @Override
  public Changes changesSince(MailboxId mailbox, long modSeq) {
    rules.trouble(StoreWork.READ, "changesSince");
    return store.changesSince(mailbox, modSeq);
  }

  @Override
  public void read(
      MailboxId mailbox, UidSet uids, Set<Detail> details, Consumer<MessageRow> visitor) {
    rules.trouble(StoreWork.READ, "read");
    store.read(mailbox, uids, details, visitor);
  }

  @Override
  public Optional<Uid> firstUnseen(MailboxId mailbox) {
    rules.trouble(StoreWork.READ, "firstUnseen");
    return store.firstUnseen(mailbox);
  }

  // --- what is changed

  @Override
  public Mailbox create(AccountId account, MailboxName name, Optional<SpecialUse> use) {
    rules.trouble(StoreWork.CHANGE, "create");
    return store.create(account, name, use);
  }

  @Override
  public Mailbox adopt(AccountId account, MailboxName name, long uidValidity) {
    rules.trouble(StoreWork.CHANGE, "adopt");
    return store.adopt(account, name, uidValidity);
  }

  @Override
  public void delete(MailboxId mailbox) {
    rules.trouble(StoreWork.CHANGE, "delete");
    store.delete(mailbox);
  }

  @Override
  public void rename(AccountId account, MailboxName from, MailboxName to) {
    rules.trouble(StoreWork.CHANGE, "rename");
    store.rename(account, from, to);
  }

  @Override
  public void subscribe(AccountId account, MailboxName name) {
    rules.trouble(StoreWork.CHANGE, "subscribe");
    store.subscribe(account, name);
  }

  @Override
  public void unsubscribe(AccountId account, MailboxName name) {
    rules.trouble(StoreWork.CHANGE, "unsubscribe");
    store.unsubscribe(account, name);
  }

  @Override
  public UidSet claimRecent(MailboxId mailbox) {
    rules.trouble(StoreWork.CHANGE, "claimRecent");
    return store.claimRecent(mailbox);
  }

  @Override
  public Appended restore(MailboxId mailbox, List<Numbered> messages, long uidNext) {
    rules.trouble(StoreWork.CHANGE, "restore");
    return store.restore(mailbox, messages, uidNext);
  }

  @Override
  public StoreResult store(MailboxId mailbox, UidSet uids, FlagChange change, long unchangedSince) {
    rules.trouble(StoreWork.CHANGE, "store");
    return store.store(mailbox, uids, change, unchangedSince);
  }

  @Override
  public Copied copy(MailboxId source, UidSet uids, MailboxId target) {
    rules.trouble(StoreWork.CHANGE, "copy");
    return store.copy(source, uids, target);
  }

  @Override
  public Copied move(MailboxId source, UidSet uids, MailboxId target) {
    rules.trouble(StoreWork.CHANGE, "move");
    return store.move(source, uids, target);
  }

  @Override
  public UidSet expungeDeleted(MailboxId mailbox, UidSet uids) {
    rules.trouble(StoreWork.CHANGE, "expungeDeleted");
    return store.expungeDeleted(mailbox, uids);
  }

  @Override
  public UidSet expunge(MailboxId mailbox, UidSet uids) {
    rules.trouble(StoreWork.CHANGE, "expunge");
    return store.expunge(mailbox, uids);
  }

  // --- who listens asks for no work

  @Override
  public Subscription watch(MailboxId mailbox, Consumer<MailboxChange> listener) {
    return store.watch(mailbox, listener);
  }

  @Override
  public Subscription watchQuotas(Consumer<QuotaPassed> listener) {
    return store.watchQuotas(listener);
  }
}
