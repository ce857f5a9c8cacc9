package org.postroom.imap.command.fetch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mail.Content;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.wire.Saying;
import org.postroom.imap.protocol.ImapWriter;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.FlagWriter;
import org.postroom.imap.session.MailboxView;

/**
 * FETCH's way through the messages. They are read from the store some at a time; octets of a
 * message are said in slices. While the client does not read, nothing is held but the place, the
 * message that is being said, and, where rows are small, those that were read already: to ask the
 * store for them after each pause would cost more than to say them. Of other rows as many are read
 * as the client took the last time.
 */
final class Fetching implements Saying {
  private static final int MOST_ROWS = 2048;
  private static final int FIRST_ROWS = 64;

  /** So many small rows are read at a time, and may have to be kept. */
  private static final int KEPT_ROWS = 64;

  private final MailStore store;
  private final MailboxView view;
  private final List<FetchItem> items;
  private final Set<MailStore.Detail> details;
  private final boolean marksSeen;
  private final Responder out;
  private final UidSet wanted;
  private final PrimitiveIterator.OfLong uids;
  private final boolean needsContent;
  private final boolean needsStructure;
  private final boolean keepsRows;
  private final Deque<MessageRow> kept = new ArrayDeque<>();

  /** The UID that comes next; 0 behind the last. */
  private long next;

  /** How many the client took in the last turn, and where this one has begun. */
  private int rows = FIRST_ROWS;

  private int begun = 1;
  private boolean isFull;
  private boolean keeps;
  private @Nullable Message message;
  private final UidSet.Builder unseen = new UidSet.Builder();
  private final List<Flags> shown = new ArrayList<>();
  private boolean lost;
  private @Nullable RuntimeException failure;

  Fetching(
      MailStore store,
      MailboxView view,
      UidSet wanted,
      List<FetchItem> items,
      Set<MailStore.Detail> details,
      boolean marksSeen,
      Responder out) {
    this.store = store;
    this.view = view;
    this.items = items;
    this.details = details;
    this.marksSeen = marksSeen;
    this.out = out;
    this.wanted = wanted;
    this.uids = wanted.iterator();
    this.needsContent = details.contains(MailStore.Detail.CONTENT);
    this.needsStructure = needsContent && details.contains(MailStore.Detail.STRUCTURE);
    this.keepsRows = details.equals(EnumSet.of(MailStore.Detail.CONTENT));
    advance();
  }

  /** The messages that have become seen by this. */
  UidSet becameSeen() {
    return unseen.build();
  }

  /** The flags that were shown of them, in their order. */
  List<Flags> shown() {
    return shown;
  }

  /** Whether some message was gone. */
  boolean isAnyLost() {
    return lost;
  }

  /** Why some message could not be shown; null when all were. */
  @Nullable RuntimeException failure() {
    return failure;
  }

  @Override
  public boolean step() {
    if (message != null) {
      goOn(message);
    } else if (!kept.isEmpty()) {
      sayKept();
    } else if (next != 0) {
      readSome();
    }
    return message != null || next != 0;
  }

  private void advance() {
    next = uids.hasNext() ? uids.nextLong() : 0;
  }

  private void readSome() {
    int first = wanted.indexOf(next);
    long last = wanted.nth(Math.min(wanted.size(), first + window(first) - 1));
    isFull = false;
    keeps = keepsRows;
    store.read(view.id(), wanted.between(next, last), details, this::row);
    if (isFull) {
      int now = next == 0 ? wanted.size() + 1 : wanted.indexOf(next);
      rows = now - begun;
      begun = now;
      return;
    }
    while (next != 0 && next <= last) {
      writeNothing();
    }
  }

  /**
   * How many are read at a time: what the client still takes in this turn, if it is like others.
   */
  private int window(int first) {
    if (keepsRows) {
      return KEPT_ROWS;
    }
    int taken = first - begun;
    return Math.min(MOST_ROWS, taken < rows ? rows - taken : Math.max(FIRST_ROWS, taken / 2));
  }

  private void row(MessageRow row) {
    if (!say(row) && keeps) {
      keep(row);
    }
  }

  /** Without a gap: what is missing before a kept row counts as gone. */
  private void keep(MessageRow row) {
    try {
      long unused = row.emailId(); // looked up during the visit
      kept.add(row);
    } catch (RuntimeException e) {
      keeps = false; // it is its own turn that fails, if it still does then
    }
  }

  private void sayKept() {
    isFull = false;
    if (say(kept.element())) {
      kept.poll();
    }
  }

  /** Says a row, behind what is missing before it; false when there was no room for it. */
  private boolean say(MessageRow row) {
    while (next != 0 && next < row.uid() && hasRoom()) {
      writeNothing();
    }
    if (next != row.uid() || !hasRoom()) {
      return false;
    }
    tryToWrite(row);
    return true;
  }

  private boolean hasRoom() {
    isFull |= message != null || !out.writer().out().hasRoom();
    return !isFull;
  }

  /** A message that cannot be read does not stop those behind it. */
  private void tryToWrite(MessageRow row) {
    try {
      write(row);
    } catch (WireFault gone) {
      throw gone;
    } catch (RuntimeException e) {
      if (!out.takeBackFetch()) {
        throw e;
      }
      message = null;
      if (!kept.isEmpty()) {
        kept.clear(); // its octets may lie elsewhere by now: the store is asked again
        return;
      }
      if (failure == null) {
        failure = e;
      }
    }
    advance();
  }

  private void write(MessageRow row) {
    Content content = needsContent ? row.content().orElse(null) : null;
    if (needsContent && content == null) {
      writeLost(row.uid());
      return;
    }
    boolean becomesSeen = marksSeen && (row.systemFlags() & Flags.SEEN) == 0;
    ImapWriter w = out.beginFetch(view.uids().indexOf(row.uid()));
    boolean flagsSaid = false;
    int item = 0;
    for (; item < items.size() && items.get(item) instanceof FetchItem.Simple simple; item++) {
      if (item > 0) {
        w.space();
      }
      flagsSaid |= simple == FetchItem.Simple.FLAGS;
      simple(simple, row, becomesSeen, w);
    }
    if (becomesSeen && !flagsSaid) {
      if (item > 0) {
        w.space();
      }
      flags(w, row, true);
      flagsSaid = true;
    }
    if (content == null) {
      out.endFetch();
      return;
    }
    message =
        new Message(
            content,
            row.size(),
            needsStructure ? row.structure() : null,
            item,
            item > 0 || flagsSaid);
    goOn(message);
    if (becomesSeen) {
      unseen.add(row.uid());
      // Of one that was not shown as a whole no names are kept; it is seen, and so never NONE.
      Flags all = row.flags();
      shown.add(view.shown(all).equals(all) ? all.with(Flags.SEEN) : Flags.NONE);
    }
  }

  private Flags shown(MessageRow row, boolean becomesSeen) {
    Flags flags = view.shown(row.flags());
    return becomesSeen ? flags.with(Flags.SEEN) : flags;
  }

  private void flags(ImapWriter w, MessageRow row, boolean becomesSeen) {
    FlagWriter.write(w.ascii("FLAGS "), shown(row, becomesSeen), view.isRecent(row.uid()));
  }

  private void simple(FetchItem.Simple item, MessageRow row, boolean becomesSeen, ImapWriter w) {
    switch (item) {
      case UID -> w.ascii("UID ").number(row.uid());
      case FLAGS -> flags(w, row, becomesSeen);
      case INTERNALDATE -> w.ascii("INTERNALDATE ").date(row.internalDate());
      case SIZE -> w.ascii("RFC822.SIZE ").number(row.size());
      case ENVELOPE -> StructureWriter.envelope(row.envelope(), w.ascii("ENVELOPE "));
      case BODY -> StructureWriter.body(row.structure().root(), false, w.ascii("BODY "));
      case BODYSTRUCTURE ->
          StructureWriter.body(row.structure().root(), true, w.ascii("BODYSTRUCTURE "));
    }
  }

  /** The octets of a message that are asked for, and how far they have been said. */
  private static final class Message {
    final Content content;
    final long size;
    final @Nullable MessageStructure structure;
    int item;
    boolean needsSpace;
    Saying literal = Saying.NOTHING;

    Message(
        Content content,
        long size,
        @Nullable MessageStructure structure,
        int item,
        boolean needsSpace) {
      this.content = content;
      this.size = size;
      this.structure = structure;
      this.item = item;
      this.needsSpace = needsSpace;
    }
  }

  /** Says the octets of a message as far as the client reads. */
  private void goOn(Message of) {
    ImapWriter w = out.writer();
    while (of.literal.to(w.out())) {
      if (of.item == items.size()) {
        out.endFetch();
        message = null;
        return;
      }
      if (of.needsSpace) {
        w.space();
      }
      of.needsSpace = true;
      FetchItem.Octets item = (FetchItem.Octets) items.get(of.item++);
      of.literal = SectionReader.write(item, of.size, of.structure, of.content, w);
    }
  }

  private void writeNothing() {
    writeLost(next);
    advance();
  }

  /** The forms of a message whose data is gone. */
  private void writeLost(long uid) {
    lost = true;
    ImapWriter w = out.beginFetch(view.uids().indexOf(uid));
    for (int i = 0; i < items.size(); i++) {
      if (i > 0) {
        w.space();
      }
      FetchItem item = items.get(i);
      if (item instanceof FetchItem.Octets octets) {
        w.ascii(octets.name()).ascii(" NIL");
      } else {
        switch ((FetchItem.Simple) item) {
          case UID -> w.ascii("UID ").number(uid);
          case FLAGS -> w.ascii("FLAGS ()");
          case INTERNALDATE -> w.ascii("INTERNALDATE \"01-Jan-1970 00:00:00 +0000\"");
          case SIZE -> w.ascii("RFC822.SIZE 0");
          case ENVELOPE -> w.ascii("ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)");
          case BODY, BODYSTRUCTURE ->
              w.ascii(item.toString())
                  .ascii(" (\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 0 0)");
        }
      }
    }
    out.endFetch();
  }
}
