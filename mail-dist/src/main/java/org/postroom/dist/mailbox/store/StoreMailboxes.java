package org.postroom.dist.mailbox.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.postroom.core.auth.Account;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.part.Premises;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.dist.mailbox.Folder;
import org.postroom.dist.mailbox.Mailboxes;

/** The mailboxes of one account, on the store of a server that runs. */
public final class StoreMailboxes implements Mailboxes {
  private final Premises premises;
  private final Account account;

  /**
   * Of an account.
   *
   * @param premises of the server that it is of
   */
  public StoreMailboxes(Premises premises, Account account) {
    this.premises = premises;
    this.account = account;
  }

  @Override
  public String account() {
    return account.login();
  }

  @Override
  public List<Folder> list() {
    return premises.mail().list(account.id()).stream()
        .<Folder>map(row -> new StoreFolder(premises, row.id()))
        .toList();
  }

  @Override
  public Folder inbox() {
    return folder(MailboxName.INBOX.value());
  }

  @Override
  public Folder folder(String name) {
    return find(name)
        .orElseThrow(
            () -> new MailboxNotFound("there is no mailbox " + name + " of " + account.login()));
  }

  @Override
  public Optional<Folder> find(String name) {
    return stored(name).map(Folder.class::cast);
  }

  private Optional<StoreFolder> stored(String name) {
    return premises
        .mail()
        .find(account.id(), MailboxName.of(name))
        .map(row -> new StoreFolder(premises, row.id()));
  }

  @Override
  public Folder create(String name) {
    return made(name);
  }

  private StoreFolder made(String name) {
    return new StoreFolder(
        premises,
        premises.mail().create(account.id(), MailboxName.of(name), Optional.empty()).id());
  }

  /** The one of that name, which is made when it is not there. */
  StoreFolder target(String name) {
    return stored(name).orElseGet(() -> made(name));
  }

  @Override
  public int importFrom(Path source, String mailbox) {
    return new MailImport(this, premises.staging()).read(source, mailbox);
  }

  @Override
  public void rename(String from, String to) {
    premises.mail().rename(account.id(), MailboxName.of(from), MailboxName.of(to));
  }
}
