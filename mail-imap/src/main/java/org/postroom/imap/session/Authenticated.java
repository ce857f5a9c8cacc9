package org.postroom.imap.session;

import java.util.Optional;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.wire.Saying;
import org.postroom.imap.protocol.Refused;
import org.postroom.imap.protocol.Responder;

/** Somebody is logged in. */
public final class Authenticated {
  private final ImapSession session;
  private final Client client;
  private final Account account;

  Authenticated(ImapSession session, Client client, Account account) {
    this.session = session;
    this.client = client;
    this.account = account;
  }

  public Client client() {
    return client;
  }

  public AccountId account() {
    return account.id();
  }

  public MailStore store() {
    return client.services().store();
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

  /** Selects a mailbox; nothing must be selected. */
  public MailboxView select(Mailbox mailbox, boolean readOnly) {
    return session.select(mailbox, readOnly);
  }

  /** Ends the selection, if there is one. */
  public boolean deselect() {
    return session.deselect();
  }

  /** Ends the selection and says so, as a new SELECT does. */
  public void closePrevious(Responder out) {
    if (deselect()) {
      out.ok("CLOSED", "Previous mailbox closed.");
    }
  }

  public boolean hasSelected(MailboxId mailbox) {
    return selected().filter(box -> box.view().id().equals(mailbox)).isPresent();
  }

  /** Brings the view up to date before the command's end, where the table knows less. */
  public Saying sync(Sync when, Responder out) {
    return session.syncAfter(when, out);
  }

  public Optional<Selected> selected() {
    return session.selected();
  }
}
