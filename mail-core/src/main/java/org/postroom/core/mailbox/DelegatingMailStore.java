package org.postroom.core.mailbox;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.postroom.core.auth.AccountId;
import org.postroom.core.quota.QuotaPassed;

/**
 * A store that passes on to another what it is asked for, for who changes little of it. It says of
 * each operation what that is to a store, so that who does something about all of a kind does it
 * about those that come later, too.
 */
public abstract class DelegatingMailStore implements MailStore {
  private final MailStore store;

  protected DelegatingMailStore(MailStore store) {
    this.store = store;
  }

  /** What an operation is to a store. */
  protected enum Use {
    /** A client puts messages into a mailbox. */
    APPEND,
    /** Mailboxes and messages are looked at. */
    READ,
    /** Mailboxes, messages and flags are changed in any other way. */
    CHANGE,
    /** Somebody is to be told of changes. */
    LISTEN
  }

  /**
   * Called before an operation is passed on, which it is not when this throws.
   *
   * @param operation the method's name
   */
  protected void before(Use use, String operation) {}

  @Override
  public List<Mailbox> list(AccountId account) {
    before(Use.READ, "list");
    return store.list(account);
  }

  @Override
  public Optional<Mailbox> find(AccountId account, MailboxName name) {
    before(Use.READ, "find");
    return store.find(account, name);
  }

  @Override
  public Mailbox mailbox(MailboxId mailbox) {
    before(Use.READ, "mailbox");
    return store.mailbox(mailbox);
  }

  @Override
  public Mailbox create(AccountId account, MailboxName name, Optional<SpecialUse> use) {
    before(Use.CHANGE, "create");
    return store.create(account, name, use);
  }

  @Override
  public Mailbox adopt(AccountId account, MailboxName name, long uidValidity) {
    before(Use.CHANGE, "adopt");
    return store.adopt(account, name, uidValidity);
  }

  @Override
  public void delete(MailboxId mailbox) {
    before(Use.CHANGE, "delete");
    store.delete(mailbox);
  }

  @Override
  public void rename(AccountId account, MailboxName from, MailboxName to) {
    before(Use.CHANGE, "rename");
    store.rename(account, from, to);
  }

  @Override
  public Set<MailboxName> subscriptions(AccountId account) {
    before(Use.READ, "subscriptions");
    return store.subscriptions(account);
  }

  @Override
  public void subscribe(AccountId account, MailboxName name) {
    before(Use.CHANGE, "subscribe");
    store.subscribe(account, name);
  }

  @Override
  public void unsubscribe(AccountId account, MailboxName name) {
    before(Use.CHANGE, "unsubscribe");
    store.unsubscribe(account, name);
  }

  @Override
  public Snapshot snapshot(MailboxId mailbox) {
    before(Use.READ, "snapshot");
    return store.snapshot(mailbox);
  }

  @Override
  public Changes changesSince(MailboxId mailbox, long modSeq) {
    before(Use.READ, "changesSince");
    return store.changesSince(mailbox, modSeq);
  }

  @Override
  public UidSet claimRecent(MailboxId mailbox) {
    before(Use.CHANGE, "claimRecent");
    return store.claimRecent(mailbox);
  }

  @Override
  public void read(
      MailboxId mailbox, UidSet uids, Set<Detail> details, Consumer<MessageRow> visitor) {
    before(Use.READ, "read");
    store.read(mailbox, uids, details, visitor);
  }

  @Override
  public Optional<Uid> firstUnseen(MailboxId mailbox) {
    before(Use.READ, "firstUnseen");
    return store.firstUnseen(mailbox);
  }

  @Override
  public Appended append(MailboxId mailbox, List<NewMessage> messages) {
    before(Use.APPEND, "append");
    return store.append(mailbox, messages);
  }

  @Override
  public Appended restore(MailboxId mailbox, List<Numbered> messages, long uidNext) {
    before(Use.CHANGE, "restore");
    return store.restore(mailbox, messages, uidNext);
  }

  @Override
  public StoreResult store(MailboxId mailbox, UidSet uids, FlagChange change, long unchangedSince) {
    before(Use.CHANGE, "store");
    return store.store(mailbox, uids, change, unchangedSince);
  }

  @Override
  public Copied copy(MailboxId source, UidSet uids, MailboxId target) {
    before(Use.CHANGE, "copy");
    return store.copy(source, uids, target);
  }

  @Override
  public Copied move(MailboxId source, UidSet uids, MailboxId target) {
    before(Use.CHANGE, "move");
    return store.move(source, uids, target);
  }

  @Override
  public UidSet expungeDeleted(MailboxId mailbox, UidSet uids) {
    before(Use.CHANGE, "expungeDeleted");
    return store.expungeDeleted(mailbox, uids);
  }

  @Override
  public UidSet expunge(MailboxId mailbox, UidSet uids) {
    before(Use.CHANGE, "expunge");
    return store.expunge(mailbox, uids);
  }

  @Override
  public Subscription watch(MailboxId mailbox, Consumer<MailboxChange> listener) {
    before(Use.LISTEN, "watch");
    return store.watch(mailbox, listener);
  }

  @Override
  public Subscription watchQuotas(Consumer<QuotaPassed> listener) {
    before(Use.LISTEN, "watchQuotas");
    return store.watchQuotas(listener);
  }
}
