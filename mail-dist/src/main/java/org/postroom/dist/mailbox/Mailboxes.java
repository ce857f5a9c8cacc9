package org.postroom.dist.mailbox;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.postroom.core.refusal.MailboxNotFound;

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
 * org.postroom.core.refusal.OverQuota}, {@link org.postroom.core.refusal.StorageUnavailable} and
 * {@link org.postroom.core.refusal.StorageFull}.
 */
public interface Mailboxes {

  /** Whose they are. */
  String account();

  /** All of them, INBOX first, then by name. */
  List<Folder> list();

  /** Where mail for the account comes in. */
  Folder inbox();

  /**
   * The one of that name.
   *
   * @throws MailboxNotFound when there is none
   */
  Folder folder(String name);

  /** The same; empty when there is none. */
  Optional<Folder> find(String name);

  /**
   * Makes one.
   *
   * @throws org.postroom.core.refusal.MailboxExists when there is one of that name
   * @throws org.postroom.core.refusal.BadMailboxName when none can be called so
   */
  Folder create(String name);

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
  int importFrom(Path source, String mailbox);

  /**
   * Renames one, with those below it. INBOX stays, and gives its messages to the new one.
   *
   * @throws MailboxNotFound when there is none
   * @throws org.postroom.core.refusal.MailboxExists when there is one of the new name
   */
  void rename(String from, String to);
}
