package org.postroom.imap.command.search;

import java.util.Set;
import java.util.stream.IntStream;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.refusal.ContentDamaged;
import org.postroom.core.wire.Saying;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.ImapWriter;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Selected;
import org.postroom.imap.session.MailboxView;
import org.postroom.imap.session.Patience;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SEARCH (RFC 9051, 6.4.4), with results by count and ends (RFC 4731). */
public record SearchCommand(boolean uid, Set<String> results, SearchKey key)
    implements Command<Selected> {
  private static final Logger LOG = LoggerFactory.getLogger("postroom.imap");

  public SearchCommand {
    results = Set.copyOf(results);
  }

  /**
   * Reads a search program alone.
   *
   * @throws org.postroom.imap.protocol.BadCommand for what is none
   */
  public static SearchCommand program(String text) {
    return SearchGrammar.parse(ImapReader.ofText(" " + text), true);
  }

  public static Command<Selected> parse(ImapReader in) {
    return SearchGrammar.parse(in, false);
  }

  public static Command<Selected> parseUid(ImapReader in) {
    return SearchGrammar.parse(in, true);
  }

  @Override
  public Completion execute(Selected state, Responder out) {
    UidSet uids = find(state, out);
    Saying result = say(uid ? uids : numbers(state.view(), uids), out);
    return Completion.saying(
        result,
        () -> {
          out.endLine();
          return Completion.ok("SEARCH completed.");
        });
  }

  private UidSet find(Selected state, Responder out) {
    Patience patience = state.user().client().patience(out);
    return find(state.view(), state.store(), patience::tickWhileHeard);
  }

  /**
   * The messages that are meant, by UID.
   *
   * @param tick done for each message that has to be looked at
   */
  public UidSet find(MailboxView view, MailStore store, Runnable tick) {
    if (view.uids().isEmpty()) {
      return UidSet.EMPTY;
    }
    UidSet candidates = key.candidates(view);
    if (!key.needsRows()) {
      return candidates;
    }
    Matcher matcher = new Matcher(view);
    UidSet.Builder found = new UidSet.Builder();
    store.read(
        view.id(),
        candidates,
        key.details(),
        row -> {
          tick.run();
          if (matches(row, matcher)) {
            found.add(row.uid());
          }
        });
    return found.build();
  }

  /**
   * A message that is damaged is not found by what it says, and hides no other: a client that is
   * told to try again would do so for ever.
   */
  private boolean matches(MessageRow row, Matcher matcher) {
    try {
      return key.matches(row, matcher);
    } catch (ContentDamaged e) {
      LOG.error("message {} is not searched: {}", row.emailId(), e.getMessage());
      return false;
    }
  }

  /** Begins the line, and returns what of it may be long. */
  private Saying say(UidSet numbers, Responder out) {
    ImapWriter w = out.beginLine();
    if (results.isEmpty()) {
      w.ascii("* SEARCH");
      return Saying.each(numbers.iterator(), number -> w.space().number(number));
    }
    w.ascii("* ESEARCH (TAG ").string(out.tag()).octet(')').ascii(uid ? " UID" : "");
    if (!numbers.isEmpty()) {
      if (results.contains("MIN")) {
        w.ascii(" MIN ").number(numbers.min());
      }
      if (results.contains("MAX")) {
        w.ascii(" MAX ").number(numbers.max());
      }
    }
    Saying all = Saying.NOTHING;
    if (!numbers.isEmpty() && results.contains("ALL")) {
      w.ascii(" ALL ");
      all = Saying.each(IntStream.range(0, numbers.runs()).iterator(), run -> w.run(numbers, run));
    }
    return all.then(
        () -> {
          if (results.contains("COUNT")) {
            w.ascii(" COUNT ").number(numbers.size());
          }
          return Saying.NOTHING;
        });
  }

  private static UidSet numbers(MailboxView view, UidSet uids) {
    UidSet.Builder numbers = new UidSet.Builder();
    uids.forEach(found -> numbers.add(view.uids().indexOf(found)));
    return numbers.build();
  }
}
