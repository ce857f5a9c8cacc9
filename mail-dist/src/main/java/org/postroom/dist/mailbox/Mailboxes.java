package org.postroom.dist.mailbox;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.postroom.core.auth.Account;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.MailboxNotFound;
import org.postroom.core.part.Premises;

/**
 * The mailboxes of one account. Names have their levels separated by {@code /}; INBOX is INBOX in
 * any case. What is changed is durable when a method returns, and clients see it as they see each
 * other's changes. Threads may share it; all methods may block.
 *
 * <pre>{@code
 * Folder inbox = server.mailboxes("ada@example.org").inbox();
 * for (StoredMessage message : inbox.messages()) {
 *   log.add(message.from() + ": " + message.subject());
 * }
 * }</pre>
 *
 * <p>What can fail: {@link MailboxNotFound} (also when the account is gone), {@link
 * org.postroom.core.mailbox.OverQuota}, {@link org.postroom.core.mail.StorageUnavailable} and
 * {@link org.postroom.core.mail.StorageFull}.
 */
public final class Mailboxes {
  private final Premises premises;
  private final Account account;

  /**
   * Of an account. Made by {@link org.postroom.dist.MailServer#mailboxes}.
   *
   * @param premises of the server that it is of
   */
  public Mailboxes(Premises premises, Account account) {
    this.premises = premises;
    this.account = account;
  }

  /** Whose they are. */
  public String account() {
    return account.login();
  }

  /** All of them, INBOX first, then by name. */
  public List<Folder> list() {
    return premises.mail().list(account.id()).stream()
        .map(row -> new Folder(premises, row.id()))
        .toList();
  }

  /** Where mail for the account comes in. */
  public Folder inbox() {
    return folder(MailboxName.INBOX.value());
  }

  /**
   * The one of that name.
   *
   * @throws MailboxNotFound when there is none
   */
  public Folder folder(String name) {
    return find(name)
        .orElseThrow(
            () -> new MailboxNotFound("there is no mailbox " + name + " of " + account.login()));
  }

  /** The same; empty when there is none. */
  public Optional<Folder> find(String name) {
    return premises
        .mail()
        .find(account.id(), MailboxName.of(name))
        .map(row -> new Folder(premises, row.id()));
  }

  /**
   * Makes one.
   *
   * @throws org.postroom.core.mailbox.MailboxExists when there is one of that name
   * @throws org.postroom.core.mailbox.BadMailboxName when none can be called so
   */
  public Folder create(String name) {
    return new Folder(
        premises,
        premises.mail().create(account.id(), MailboxName.of(name), Optional.empty()).id());
  }

  /**
   * Puts mail into a mailbox that another program has kept: a message as a file, an mbox (in which
   * {@code From } is quoted, or whose Content-Length is right), a folder of such files, or a
   * Maildir with its flags, whose subfolders become mailboxes of their own. What is kept there as
   * flags and dates is so here, but for flags that IMAP cannot have. Links below {@code source} are
   * left out.
   *
   * @param mailbox made when it is not there
   * @return how many messages
   * @throws BrokenMailFile with file and line; what stood before that is in the mailbox
   * @throws java.io.UncheckedIOException when a file cannot be read; the same
   */
  public int importFrom(Path source, String mailbox) {
    return new MailImport(this, premises.staging()).read(source, mailbox);
  }

  /** Renames one, with those below it; see {@link org.postroom.core.mailbox.MailStore#rename}. */
  public void rename(String from, String to) {
    premises.mail().rename(account.id(), MailboxName.of(from), MailboxName.of(to));
  }
}
