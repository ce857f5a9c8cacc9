package org.postroom.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.PrintStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.postroom.core.auth.Account;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.StagedOctets;
import org.postroom.storage.store.SqlStorage;

/**
 * Runs a store under load until it is killed, and says on standard output what was acknowledged:
 * {@code StoreUnderLoad folder threads}. Each line is one promise.
 */
public final class StoreUnderLoad {
  private StoreUnderLoad() {}

  public static void main(String[] args) throws InterruptedException {
    PrintStream out = System.out;
    SqlStorage store =
        SqlStorage.open(Storage.h2(Path.of(args[0])), Clock.systemUTC(), new SecureRandom());
    List<Account> accounts = new ArrayList<>(store.accounts().list());
    while (accounts.size() < 3) {
      accounts.add(store.accounts().add("user" + accounts.size() + "@test", Secret.of("x")));
    }
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < Integer.parseInt(args[1]); t++) {
      Account account = accounts.get(t % accounts.size());
      Thread thread = new Thread(() -> work(store, account, out));
      thread.start();
      threads.add(thread);
    }
    out.println("ready");
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void work(SqlStorage store, Account account, PrintStream out) {
    for (int i = 0; ; i++) {
      if (i % 3 == 0) {
        String id = store.mailCommit().newId().value();
        int size = i % 30 == 0 ? 100_000 : 500;
        store
            .mailCommit()
            .commit(StorageBench.acceptance(store, account, StagedOctets.of(text(id, size))));
        out.println("delivered " + account.id().value() + " " + id + " " + size);
        continue;
      }
      MailboxId sent = store.mail().find(account.id(), MailboxName.of("Sent")).orElseThrow().id();
      String id = store.mailCommit().newId().value();
      NewMessage message =
          new NewMessage(StagedOctets.of(text(id, 300)), 0, Set.of(), new InternalDate(1, 0));
      UidSet uids = store.mail().append(sent, List.of(message)).uids();
      out.println("appended " + account.id().value() + " " + uids.min() + " " + id);
      if (i % 3 == 1) {
        store.mail().store(sent, uids, FlagChange.add(Flags.FLAGGED), Long.MAX_VALUE);
        out.println("flagged " + account.id().value() + " " + uids.min());
      } else if (i % 12 == 2) {
        store.mail().expunge(sent, uids);
        out.println("expunged " + account.id().value() + " " + uids.min());
      }
    }
  }

  /** A mail that says what it is and can be told from every other, of about {@code size} octets. */
  static byte[] text(String id, int size) {
    StringBuilder text = new StringBuilder("Subject: " + id + "\r\n\r\n");
    while (text.length() < size) {
      text.append(id).append(" is what this line of the mail says\r\n");
    }
    return text.toString().getBytes(US_ASCII);
  }
}
