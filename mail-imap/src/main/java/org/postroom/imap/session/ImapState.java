package org.postroom.imap.session;

import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.quota.QuotaUse;
import org.postroom.core.wire.Saying;
import org.postroom.imap.protocol.MessageSet;
import org.postroom.imap.protocol.Refused;
import org.postroom.imap.protocol.Responder;

/**
 * Where a session is (RFC 9051, 3), with what it has there. What a command needs is the type of its
 * state; one that needs somebody to be {@link Authenticated} is given that with a mailbox selected,
 * too.
 */
public sealed interface ImapState {

  /** What a command may ask of its connection in any state. */
  Client client();

  /** Nobody is logged in yet. */
  record Stranger(Client client) implements ImapState {}

  /** Nobody is any more: the connection ends. */
  record LoggedOut(Client client) implements ImapState {}

  /** Somebody is logged in. */
  sealed interface LoggedIn extends ImapState permits Authenticated, Selected {
    Authenticated user();
  }

  /** Somebody is logged in, with or without a mailbox. */
  final class Authenticated implements LoggedIn {
    private final Client client;
    private final Account account;

    Authenticated(Client client, Account account) {
      this.client = client;
      this.account = account;
    }

    @Override
    public Client client() {
      return client;
    }

    @Override
    public Authenticated user() {
      return this;
    }

    public AccountId account() {
      return account.id();
    }

    public MailStore store() {
      return client.services().store();
    }

    /** What the account's mailboxes hold now, and may hold. May block. */
    public QuotaUse use() {
      return client.services().logIns().accounts().use(account);
    }

    /**
     * The mailbox of that name.
     *
     * @throws Refused when there is none, with {@code code}
     */
    public Mailbox mailbox(MailboxName name, String code) {
      return store()
          .find(account(), name)
          .orElseThrow(() -> new Refused(code, "Mailbox does not exist."));
    }

    /** Selects a mailbox; what was selected is not any more. */
    public MailboxView select(Mailbox mailbox, boolean readOnly) {
      return client.select(this, mailbox, readOnly);
    }

    /** Ends the selection, if there is one. */
    public boolean deselect() {
      return client.deselect();
    }

    /** Ends the selection and says so, as a new SELECT does. */
    public void closePrevious(Responder out) {
      if (deselect()) {
        out.ok("CLOSED", "Previous mailbox closed.");
      }
    }

    public boolean hasSelected(MailboxId mailbox) {
      return client.selected().filter(box -> box.view().id().equals(mailbox)).isPresent();
    }

    /** Brings the view up to date before the command's end, where the table knows less. */
    public Saying sync(Sync when, Responder out) {
      return client.syncAfter(when, out);
    }
  }

  /** Somebody is logged in and has a mailbox selected. */
  final class Selected implements LoggedIn {
    private final Authenticated user;
    private final Selection selection;

    Selected(Authenticated user, Selection selection) {
      this.user = user;
      this.selection = selection;
    }

    @Override
    public Client client() {
      return user.client();
    }

    @Override
    public Authenticated user() {
      return user;
    }

    Selection selection() {
      return selection;
    }

    public MailboxView view() {
      return selection.view();
    }

    public MailStore store() {
      return user.store();
    }

    /** The messages a client names, by UID or by number. */
    public UidSet messages(MessageSet set, boolean uid) {
      return uid ? set.uids(view().uids()) : set.sequence(view().uids());
    }

    /** Stops a command that would change a mailbox that was opened for reading. */
    public void mustBeWritable() {
      if (view().isReadOnly()) {
        throw new Refused("", "Mailbox is read-only.");
      }
    }
  }
}
