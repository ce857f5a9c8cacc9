package org.postroom.imap.command.list;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.quota.QuotaUse;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.ImapWriter;

/** What STATUS tells of a mailbox. */
public enum StatusItem {
  MESSAGES,
  RECENT,
  UIDNEXT,
  UIDVALIDITY,
  UNSEEN,
  DELETED,
  DELETED_STORAGE,
  SIZE;

  /** As it is written. */
  @Override
  public String toString() {
    return name().replace('_', '-');
  }

  /** The items in their parentheses. */
  public static List<StatusItem> parse(ImapReader in) {
    Set<StatusItem> items = new LinkedHashSet<>();
    in.open();
    for (boolean first = true; !in.close(first); first = false) {
      String name = in.word();
      items.add(
          Arrays.stream(values())
              .filter(item -> item.toString().equals(name))
              .findFirst()
              .orElseThrow(() -> new BadCommand("Unknown status item")));
    }
    if (items.isEmpty()) {
      throw new BadCommand("No status items");
    }
    return List.copyOf(items);
  }

  /**
   * One STATUS line with exactly these items. It is begun when all of them are known: where the
   * store has no answer, or somebody deletes the mailbox meanwhile, nothing of it is said.
   */
  public static void write(
      MailStore store, Mailbox mailbox, List<StatusItem> items, ImapWriter out) {
    long[] values = items.stream().mapToLong(item -> item.of(store, mailbox)).toArray();
    out.ascii("* STATUS ").mailbox(mailbox.name()).ascii(" (");
    for (int i = 0; i < items.size(); i++) {
      if (i > 0) {
        out.space();
      }
      out.ascii(items.get(i).toString()).space().number(values[i]);
    }
    out.octet(')').crlf();
  }

  private long of(MailStore store, Mailbox mailbox) {
    return switch (this) {
      case MESSAGES -> mailbox.messages();
      case RECENT -> recent(store, mailbox);
      case UIDNEXT -> mailbox.uidNext();
      case UIDVALIDITY -> mailbox.uidValidity();
      case UNSEEN -> mailbox.unseen();
      case DELETED -> mailbox.deleted();
      // RFC 9208, 4.1.4: in the units of STORAGE.
      case DELETED_STORAGE -> QuotaUse.kib(deletedOctets(store, mailbox));
      case SIZE -> mailbox.octets();
    };
  }

  private static long deletedOctets(MailStore store, Mailbox mailbox) {
    if (mailbox.deleted() == 0) {
      return 0;
    }
    AtomicLong octets = new AtomicLong();
    UidSet uids = store.snapshot(mailbox.id()).uids();
    store.read(
        mailbox.id(),
        uids,
        Set.of(),
        row -> octets.addAndGet((row.systemFlags() & Flags.DELETED) == 0 ? 0 : row.size()));
    return octets.get();
  }

  private static int recent(MailStore store, Mailbox mailbox) {
    if (mailbox.firstRecentUid() >= mailbox.uidNext()) {
      return 0;
    }
    UidSet uids = store.snapshot(mailbox.id()).uids();
    return uids.size() - uids.countUpTo(mailbox.firstRecentUid() - 1);
  }
}
