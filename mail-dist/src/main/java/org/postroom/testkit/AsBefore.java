package org.postroom.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postroom.core.auth.Account;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.queue.QueueStore.Settlement;
import org.postroom.core.secret.Secret;
import org.postroom.dist.MailServer;
import org.postroom.dist.assembly.StartedServer;

/** Takes away what a test has left in a server. */
final class AsBefore {
  private final StartedServer inside;
  private final Map<String, String> accounts;

  /**
   * For one server.
   *
   * @param accounts those that are there from the start, with their passwords
   */
  AsBefore(MailServer server, Map<String, String> accounts) {
    this.inside = server.unwrap(StartedServer.class);
    this.accounts = accounts;
  }

  void reset(Reset what) {
    for (Account account : inside.accounts().list()) {
      if (what == Reset.USERS && !accounts.containsKey(account.login())) {
        inside.accounts().delete(account.id());
      } else {
        empty(account, what != Reset.MESSAGES);
      }
    }
    if (what == Reset.USERS) {
      makeAccounts();
    }
    emptyQueue();
  }

  /** What waits to leave is done with, without a word to its sender. */
  private void emptyQueue() {
    List<Settlement> done = new ArrayList<>();
    for (QueuedMail mail : inside.queue().list(Integer.MAX_VALUE)) {
      mail.recipients().forEach(one -> done.add(new Settlement.Done(one.id())));
    }
    if (!done.isEmpty()) {
      inside.queue().settle(done, List.of());
    }
  }

  private void empty(Account account, boolean foldersToo) {
    MailStore mail = inside.mail();
    for (Mailbox mailbox : mail.list(account.id())) {
      boolean isEverybodys = mailbox.name().isInbox() || mailbox.specialUse().isPresent();
      if (foldersToo && !isEverybodys) {
        mail.delete(mailbox.id());
      } else if (mailbox.messages() > 0) {
        mail.expunge(mailbox.id(), mail.snapshot(mailbox.id()).uids());
      }
    }
    if (foldersToo) {
      for (MailboxName name : mail.subscriptions(account.id())) {
        if (mail.find(account.id(), name).isEmpty()) {
          mail.unsubscribe(account.id(), name);
        }
      }
    }
  }

  private void makeAccounts() {
    for (Map.Entry<String, String> one : accounts.entrySet()) {
      Optional<Account> known = inside.accounts().byLogin(one.getKey());
      try (Secret password = Secret.of(one.getValue())) {
        if (known.isEmpty()) {
          Account unused = inside.accounts().add(one.getKey(), password);
        } else {
          inside.accounts().changePassword(known.get().id(), password);
          inside.accounts().setEnabled(known.get().id(), true);
        }
      }
    }
  }
}
