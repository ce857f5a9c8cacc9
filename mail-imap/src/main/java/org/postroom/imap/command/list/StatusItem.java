package org.postroom.imap.command.list;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.UidSet;
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
  SIZE;

  /** The items in their parentheses. */
  public static List<StatusItem> parse(ImapReader in) {
    Set<StatusItem> items = new LinkedHashSet<>();
    in.open();
    for (boolean first = true; !in.close(first); first = false) {
      String name = in.word();
      try {
        items.add(valueOf(name));
      } catch (IllegalArgumentException e) {
        throw new BadCommand("Unknown status item");
      }
    }
    if (items.isEmpty()) {
      throw new BadCommand("No status items");
    }
    return List.copyOf(items);
  }

  /** One STATUS line with exactly these items. */
  public static void write(
      MailStore store, Mailbox mailbox, List<StatusItem> items, ImapWriter out) {
    out.ascii("* STATUS ").mailbox(mailbox.name()).ascii(" (");
    for (int i = 0; i < items.size(); i++) {
      if (i > 0) {
        out.space();
      }
      out.ascii(items.get(i).name()).space().number(items.get(i).of(store, mailbox));
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
      case SIZE -> mailbox.octets();
    };
  }

  private static int recent(MailStore store, Mailbox mailbox) {
    if (mailbox.firstRecentUid() >= mailbox.uidNext()) {
      return 0;
    }
    UidSet uids = store.snapshot(mailbox.id()).uids();
    return uids.size() - uids.countUpTo(mailbox.firstRecentUid() - 1);
  }
}
