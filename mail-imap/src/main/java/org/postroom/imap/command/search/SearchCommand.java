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
import org.postroom.imap.protocol.Refused;
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

  /** As many keys as people ask at a time, who wait for what they cost: were it all text. */
  private static final int FEW = 40;

  /** What more may cost: about a second. */
  static final long MOST = 250_000_000;

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
    return find(state.view(), state.store(), MOST, patience::tickWhileHeard);
  }

  /** The messages that are meant, by UID, whatever that costs. */
  public UidSet find(MailboxView view, MailStore store) {
    return find(view, store, Long.MAX_VALUE, () -> {});
  }

  /**
   * The same, where a line of thousands of keys is not asked of each of a hundred thousand
   * messages.
   *
   * @param most what more than a few keys may cost, by their weight and the messages
   * @param tick done for each message that has to be looked at
   */
  UidSet find(MailboxView view, MailStore store, long most, Runnable tick) {
    if (view.uids().isEmpty()) {
      return UidSet.EMPTY;
    }
    require(key.size() <= FEW || (long) key.size() * view.uids().runs() <= most);
    UidSet candidates = key.candidates(view);
    if (!key.needsRows()) {
      return candidates;
    }
    long weight = key.weight();
    require(weight <= FEW * SearchKey.InText.WEIGHT || weight * candidates.size() <= most);
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

  private static void require(boolean isCheap) {
    if (!isCheap) {
      throw new Refused("LIMIT", "Too many search keys for so many messages.");
    }
  }

  /**
   * A message that is damaged is not found by what it says, and hides no other: a client that is
   * told to try again would do so for ever.
   */
  private boolean matches(MessageRow row, Matcher matcher) {
    try {
      return matcher.matches(key, row);
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
