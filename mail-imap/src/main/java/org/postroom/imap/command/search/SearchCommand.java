package org.postroom.imap.command.search;

import java.util.Set;
import org.postroom.core.mailbox.UidSet;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.ImapWriter;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.MailboxView;
import org.postroom.imap.session.Patience;
import org.postroom.imap.session.Selected;

/** SEARCH (RFC 9051, 6.4.4), with results by count and ends (RFC 4731). */
public record SearchCommand(boolean uid, Set<String> results, SearchKey key)
    implements Command<Selected> {

  public SearchCommand {
    results = Set.copyOf(results);
  }

  public static Command<Selected> parse(ImapReader in) {
    return SearchGrammar.parse(in, false);
  }

  public static Command<Selected> parseUid(ImapReader in) {
    return SearchGrammar.parse(in, true);
  }

  @Override
  public Completion execute(Selected state, Responder out) {
    MailboxView view = state.view();
    UidSet.Builder found = new UidSet.Builder();
    if (!view.uids().isEmpty()) {
      Matcher matcher = new Matcher(view);
      UidSet candidates = key.candidates(view);
      if (key.needsRows()) {
        Patience patience = state.user().client().patience(out);
        state
            .store()
            .read(
                view.id(),
                candidates,
                key.details(),
                row -> {
                  patience.tick();
                  if (key.matches(row, matcher)) {
                    found.add(row.uid());
                  }
                });
        say(view, found.build(), out);
      } else {
        say(view, candidates, out);
      }
    } else {
      say(view, UidSet.EMPTY, out);
    }
    return Completion.ok("SEARCH completed.");
  }

  private void say(MailboxView view, UidSet uids, Responder out) {
    UidSet numbers = uid ? uids : numbers(view, uids);
    ImapWriter w = out.writer();
    if (results.isEmpty()) {
      w.ascii("* SEARCH");
      numbers.forEach(number -> w.space().number(number));
      w.crlf();
      return;
    }
    w.ascii("* ESEARCH (TAG ").string(out.tag()).octet(')').ascii(uid ? " UID" : "");
    if (!numbers.isEmpty()) {
      if (results.contains("MIN")) {
        w.ascii(" MIN ").number(numbers.min());
      }
      if (results.contains("MAX")) {
        w.ascii(" MAX ").number(numbers.max());
      }
      if (results.contains("ALL")) {
        w.ascii(" ALL ").set(numbers);
      }
    }
    if (results.contains("COUNT")) {
      w.ascii(" COUNT ").number(numbers.size());
    }
    w.crlf();
  }

  private static UidSet numbers(MailboxView view, UidSet uids) {
    UidSet.Builder numbers = new UidSet.Builder();
    uids.forEach(found -> numbers.add(view.uids().indexOf(found)));
    return numbers.build();
  }
}
