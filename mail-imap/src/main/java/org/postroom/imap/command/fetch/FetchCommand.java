package org.postroom.imap.command.fetch;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.UidSet;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.MessageSet;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.protocol.UnfinishedLiteral;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Selected;
import org.postroom.imap.session.MailboxView;

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
    MailboxView view = state.view();
    boolean marks = marksSeen() && !view.isReadOnly();
    Fetching fetching = new Fetching(state.store(), view, uids, items, details(), marks, out);
    return Completion.saying(fetching, () -> end(fetching, state, out));
  }

  private static Completion end(Fetching done, Selected state, Responder out) {
    markSeen(state, done.becameSeen(), done.shown(), out);
    RuntimeException failure = done.failure();
    if (failure instanceof UnfinishedLiteral) {
      throw new IllegalStateException("a message is shorter than it should be", failure);
    }
    if (failure != null) {
      throw failure;
    }
    return done.isAnyLost()
        ? Completion.ok("EXPUNGEISSUED", "Some messages were already expunged.")
        : Completion.ok("FETCH completed.");
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
  private static void markSeen(Selected state, UidSet unseen, List<Flags> shown, Responder out) {
    MailboxView view = state.view();
    for (int from = 1; from <= unseen.size(); from += SEEN_BATCH) {
      int to = Math.min(unseen.size(), from + SEEN_BATCH - 1);
      UidSet batch = unseen.between(unseen.nth(from), unseen.nth(to));
      MailStore.StoreResult result =
          state.store().store(view.id(), batch, FlagChange.add(Flags.SEEN), Long.MAX_VALUE);
      view.did(result, batch, shown.subList(from - 1, to), out);
    }
  }
}
