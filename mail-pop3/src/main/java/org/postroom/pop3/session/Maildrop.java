package org.postroom.pop3.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.Set;
import java.util.stream.IntStream;
import org.postroom.core.mail.Content;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailStore.Detail;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.Snapshot;
import org.postroom.core.mailbox.UidSet;
import org.postroom.pop3.protocol.BadCommand;
import org.postroom.pop3.protocol.Refused;

/**
 * The messages of INBOX as they were at log-in, numbered from 1 in UID order. What comes later is
 * not seen; what goes meanwhile keeps its number. Nothing changes in the store before {@link
 * #update}.
 */
public final class Maildrop {
  // Clients fetch in order, so the next ones are looked up together.
  private static final int READ_AHEAD = 64;

  /** So many octets of the next messages are read with the one that is asked for. */
  private static final int AT_HAND = 32 * 1024;

  private static final int DELETE_BATCH = 5000;
  private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);

  private final MailStore store;
  private final MailboxId mailbox;
  private final long uidValidity;
  private final UidSet uids;
  private final int[] sizes;
  private final BitSet deleted = new BitSet();
  private final BitSet retrieved = new BitSet();
  private final Map<Integer, Content> ahead = new HashMap<>();
  private final Set<Integer> atHand = new HashSet<>();
  private long octets;
  private int lastAsked;
  private int missed;

  /** Was at hand, and stays until another is asked for: who says TOP may say RETR next. */
  private int given;

  private Maildrop(MailStore store, Mailbox mailbox, UidSet uids, int[] sizes) {
    this.store = store;
    this.mailbox = mailbox.id();
    this.uidValidity = mailbox.uidValidity();
    this.uids = uids;
    this.sizes = sizes;
    for (int size : sizes) {
      octets += Integer.toUnsignedLong(size);
    }
  }

  /**
   * Reads the sizes of what a snapshot has.
   *
   * @param hidesDeleted whether messages with the flag {@code \Deleted} are left out
   */
  static Maildrop open(MailStore store, Snapshot snapshot, boolean hidesDeleted) {
    UidSet all = snapshot.uids();
    int[] sizes = new int[all.size()];
    BitSet hidden = new BitSet();
    store.read(
        snapshot.mailbox().id(),
        all,
        EnumSet.noneOf(Detail.class),
        row -> {
          int index = all.indexOf(row.uid()) - 1;
          if (index < 0) {
            return;
          }
          sizes[index] = (int) row.size();
          if (hidesDeleted && (row.systemFlags() & Flags.DELETED) != 0) {
            hidden.set(index);
          }
        });
    return hidden.isEmpty()
        ? new Maildrop(store, snapshot.mailbox(), all, sizes)
        : without(hidden, store, snapshot, sizes);
  }

  private static Maildrop without(
      BitSet hidden, MailStore store, Snapshot snapshot, int[] allSizes) {
    int[] sizes = new int[allSizes.length - hidden.cardinality()];
    UidSet.Builder uids = new UidSet.Builder();
    int next = 0;
    for (int i = 0; i < allSizes.length; i++) {
      if (!hidden.get(i)) {
        uids.add(snapshot.uids().nth(i + 1));
        sizes[next++] = allSizes[i];
      }
    }
    return new Maildrop(store, snapshot.mailbox(), uids.build(), sizes);
  }

  /** How many messages there were at log-in, deleted ones included. */
  public int size() {
    return sizes.length;
  }

  /** How many are not marked as deleted. */
  public int count() {
    return sizes.length - deleted.cardinality();
  }

  /** The octets of those that are not marked as deleted. */
  public long octets() {
    return octets;
  }

  /** The numbers of those that are not marked as deleted. */
  public PrimitiveIterator.OfInt numbers() {
    return IntStream.rangeClosed(1, sizes.length).filter(n -> !deleted.get(n)).iterator();
  }

  /** Octets of a message, as RETR sends it before dot-stuffing. */
  public long size(int number) {
    return Integer.toUnsignedLong(sizes[number - 1]);
  }

  /** The message's unique id: UID and UIDVALIDITY of INBOX, which never come back together. */
  public String uniqueId(int number) {
    byte[] id = new byte[16];
    hex(uids.nth(number), id, 0);
    hex(uidValidity, id, 8);
    return new String(id, ISO_8859_1);
  }

  /**
   * Checks a message number.
   *
   * @throws BadCommand when there is no such message
   * @throws Refused when it is marked as deleted
   */
  public int check(int number) {
    if (number < 1 || number > sizes.length) {
      throw new BadCommand("There is no message " + number + ".");
    }
    if (deleted.get(number)) {
      throw new Refused("Message is deleted.");
    }
    return number;
  }

  /**
   * Whether {@link #content} would give the message from memory, as it does for small ones that are
   * asked for in their order; or would give none at all.
   */
  public boolean isAtHand(int number) {
    return number < 1 || number > sizes.length || deleted.get(number) || atHand.contains(number);
  }

  /** The octets of a message. */
  public Content content(int number) {
    boolean inOrder = number == lastAsked + 1;
    lastAsked = number;
    if (given != number) {
      ahead.remove(given);
      given = 0;
    }
    if (atHand.remove(number)) {
      given = number;
    } else if (!ahead.containsKey(number)) {
      read(number, inOrder ? READ_AHEAD : 1);
    }
    if (inOrder && given != number) {
      fetch(number + 1);
    }
    Content content = ahead.get(number);
    if (content == null) {
      String text = "Message " + number + " expunged.";
      if (missed == number) {
        // Asked again for what is gone: a client that loops is let go.
        throw new BadCommand(text);
      }
      missed = number;
      throw new Refused(text);
    }
    return content;
  }

  /** Remembers that the client has the whole message now. */
  public void retrieved(int number) {
    retrieved.set(number);
  }

  /** Marks a message as deleted. */
  public void delete(int number) {
    deleted.set(number);
    octets -= size(number);
  }

  /** Forgets every mark of this session. */
  public void reset() {
    for (int n = deleted.nextSetBit(0); n > 0; n = deleted.nextSetBit(n + 1)) {
      octets += size(n);
    }
    deleted.clear();
    retrieved.clear();
  }

  /** Whether QUIT would remove something. */
  public boolean hasDeletions() {
    return !deleted.isEmpty();
  }

  /** The UPDATE state: removes what is marked, durably, before QUIT is answered. */
  public void update() {
    UidSet gone = marked(deleted);
    for (int from = 1; from <= gone.size(); from += DELETE_BATCH) {
      int to = Math.min(gone.size(), from + DELETE_BATCH - 1);
      store.expunge(mailbox, gone.between(gone.nth(from), gone.nth(to)));
    }
    deleted.clear();
  }

  /** Marks what was retrieved as seen. */
  public void markSeen() {
    retrieved.andNot(deleted);
    if (!retrieved.isEmpty()) {
      store.store(mailbox, marked(retrieved), FlagChange.add(Flags.SEEN), Long.MAX_VALUE);
      retrieved.clear();
    }
  }

  private void read(int number, int count) {
    ahead.clear();
    atHand.clear();
    int last = (int) Math.min(sizes.length, (long) number + count - 1);
    store.read(
        mailbox,
        uids.between(uids.nth(number), uids.nth(last)),
        Set.of(Detail.CONTENT),
        row -> row.content().ifPresent(content -> ahead.put(uids.indexOf(row.uid()), content)));
  }

  /** Reads small messages from {@code first} on, as far as they have been looked up. */
  private void fetch(int first) {
    ahead.keySet().removeAll(atHand); // nobody came for them
    atHand.clear();
    int octets = 0;
    for (int number = first; ahead.containsKey(number); number++) {
      Content content = ahead.get(number);
      octets += (int) Math.min(content.size(), AT_HAND + 1L);
      if (octets > AT_HAND) {
        return;
      }
      try {
        ahead.put(number, Content.of(content.toBytes()));
      } catch (RuntimeException e) {
        return; // whoever asks for it hears of it
      }
      atHand.add(number);
    }
  }

  private UidSet marked(BitSet numbers) {
    UidSet.Builder marked = new UidSet.Builder();
    for (int n = numbers.nextSetBit(0); n > 0; n = numbers.nextSetBit(n + 1)) {
      marked.add(uids.nth(n));
    }
    return marked.build();
  }

  private static void hex(long value, byte[] target, int offset) {
    for (int i = 0; i < 8; i++) {
      target[offset + i] = HEX[(int) (value >>> (28 - 4 * i)) & 0xF];
    }
  }
}
