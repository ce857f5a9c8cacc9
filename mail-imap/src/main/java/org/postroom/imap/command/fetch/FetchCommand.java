package org.postroom.imap.command.fetch;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mail.Content;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.wire.WireFault;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.ImapWriter;
import org.postroom.imap.protocol.MessageSet;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.protocol.UnfinishedLiteral;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.FlagWriter;
import org.postroom.imap.session.MailboxView;
import org.postroom.imap.session.Selected;

/**
 * FETCH (RFC 9051, 6.4.5). Answers leave as the store shows the messages; {@code \Seen} is set in
 * batches afterwards. A message that others have expunged is still shown, and one whose data is
 * gone is answered by empty forms: some clients repeat a command that fails for ever.
 */
public record FetchCommand(MessageSet messages, boolean uid, List<FetchItem> items)
    implements Command<Selected> {
  private static final int SEEN_BATCH = 500;

  public FetchCommand {
    items = List.copyOf(items);
  }

  public static Command<Selected> parse(ImapReader in) {
    return parse(in, false);
  }

  public static Command<Selected> parseUid(ImapReader in) {
    return parse(in, true);
  }

  private static Command<Selected> parse(ImapReader in, boolean uid) {
    in.space();
    MessageSet messages = in.messageSet();
    in.space();
    List<FetchItem> items = FetchItem.parse(in, uid);
    in.end();
    return new FetchCommand(messages, uid, items);
  }

  @Override
  public Completion execute(Selected state, Responder out) {
    UidSet uids = state.messages(messages, uid);
    if (uids.isEmpty()) {
      return Completion.ok("FETCH completed.");
    }
    Run run = new Run(state.view(), uids, out);
    state.store().read(state.view().id(), uids, details(), run::row);
    run.rest();
    markSeen(state, run.unseen.build(), run.shown, out);
    RuntimeException failure = run.failure;
    if (failure instanceof UnfinishedLiteral) {
      throw new IllegalStateException("a message is shorter than it should be", failure);
    }
    if (failure != null) {
      throw failure;
    }
    if (run.lost) {
      return Completion.ok("EXPUNGEISSUED", "Some messages were already expunged.");
    }
    return Completion.ok("FETCH completed.");
  }

  private boolean marksSeen() {
    for (FetchItem item : items) {
      if (item instanceof FetchItem.Octets octets && !octets.peek()) {
        return true;
      }
    }
    return false;
  }

  private Set<MailStore.Detail> details() {
    Set<MailStore.Detail> details = EnumSet.noneOf(MailStore.Detail.class);
    for (FetchItem item : items) {
      if (item == FetchItem.Simple.ENVELOPE) {
        details.add(MailStore.Detail.ENVELOPE);
      } else if (item == FetchItem.Simple.BODY || item == FetchItem.Simple.BODYSTRUCTURE) {
        details.add(MailStore.Detail.STRUCTURE);
      } else if (item instanceof FetchItem.Octets octets) {
        details.add(MailStore.Detail.CONTENT);
        if (!octets.section().equals(Section.WHOLE)) {
          details.add(MailStore.Detail.STRUCTURE);
        }
      }
    }
    return details;
  }

  /**
   * Sets {@code \Seen}. What others did to a message since it was read, the next sync tells.
   *
   * @param shown the flags its client saw, in the order of {@code unseen}
   */
  private void markSeen(Selected state, UidSet unseen, long[] shown, Responder out) {
    MailboxView view = state.view();
    for (int from = 1; from <= unseen.size(); from += SEEN_BATCH) {
      int to = Math.min(unseen.size(), from + SEEN_BATCH - 1);
      UidSet batch = unseen.between(unseen.nth(from), unseen.nth(to));
      MailStore.StoreResult result =
          state.store().store(view.id(), batch, FlagChange.add(Flags.SEEN), Long.MAX_VALUE);
      view.did(result, batch, Arrays.copyOfRange(shown, from - 1, to), out);
    }
  }

  /** One pass over the messages. */
  private final class Run {
    private final MailboxView view;
    private final Responder out;
    private final PrimitiveIterator.OfLong expected;
    private final boolean seen;
    private final UidSet.Builder unseen = new UidSet.Builder();
    private long[] shown = new long[SEEN_BATCH];
    private int unseenCount;
    private boolean lost;
    private @Nullable RuntimeException failure;

    Run(MailboxView view, UidSet wanted, Responder out) {
      this.view = view;
      this.out = out;
      this.expected = wanted.iterator();
      this.seen = !view.isReadOnly() && marksSeen();
    }

    void row(MessageRow row) {
      long uid = row.uid();
      while (expected.hasNext()) {
        long next = expected.nextLong();
        if (next == uid) {
          tryToWrite(row);
          return;
        }
        writeNothing(next);
      }
    }

    void rest() {
      while (expected.hasNext()) {
        writeNothing(expected.nextLong());
      }
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
        if (failure == null) {
          failure = e;
        }
      }
    }

    private void write(MessageRow row) {
      Content content = null;
      if (needsContent()) {
        content = row.content().orElse(null);
        if (content == null) {
          writeNothing(row.uid());
          return;
        }
      }
      long flags = row.flags();
      boolean becomesSeen = seen && (flags & Flags.SEEN) == 0;
      if (becomesSeen) {
        flags |= Flags.SEEN;
      }
      ImapWriter w = out.beginFetch(view.uids().indexOf(row.uid()));
      boolean flagsSaid = false;
      boolean first = true;
      for (int i = 0; i < items.size(); i++) {
        FetchItem item = items.get(i);
        if (!first) {
          w.space();
        }
        first = false;
        if (item instanceof FetchItem.Octets octets) {
          if (becomesSeen && !flagsSaid) {
            flags(w, flags, row.uid());
            w.space();
            flagsSaid = true;
          }
          if (content != null) {
            SectionReader.write(octets, row, content, w);
          }
        } else {
          flagsSaid |= item == FetchItem.Simple.FLAGS;
          simple((FetchItem.Simple) item, row, flags, w);
        }
      }
      out.endFetch();
      if (becomesSeen) {
        unseen.add(row.uid());
        if (unseenCount == shown.length) {
          shown = Arrays.copyOf(shown, 2 * shown.length);
        }
        shown[unseenCount++] = flags;
      }
    }

    private boolean needsContent() {
      for (int i = 0; i < items.size(); i++) {
        if (items.get(i) instanceof FetchItem.Octets) {
          return true;
        }
      }
      return false;
    }

    private void flags(ImapWriter w, long flags, long uid) {
      FlagWriter.write(w.ascii("FLAGS "), flags, view.keywords(), view.isRecent(uid));
    }

    private void simple(FetchItem.Simple item, MessageRow row, long flags, ImapWriter w) {
      switch (item) {
        case UID -> w.ascii("UID ").number(row.uid());
        case FLAGS -> flags(w, flags, row.uid());
        case INTERNALDATE -> w.ascii("INTERNALDATE ").date(row.internalDate());
        case SIZE -> w.ascii("RFC822.SIZE ").number(row.size());
        case ENVELOPE -> StructureWriter.envelope(row.envelope(), w.ascii("ENVELOPE "));
        case BODY -> StructureWriter.body(row.structure().root(), false, w.ascii("BODY "));
        case BODYSTRUCTURE ->
            StructureWriter.body(row.structure().root(), true, w.ascii("BODYSTRUCTURE "));
      }
    }

    /** The forms of a message whose data is gone. */
    private void writeNothing(long uid) {
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
}
