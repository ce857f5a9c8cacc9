package org.postroom.imap.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState;

/** ENABLE (RFC 9051, 6.3.1). What is unknown is passed over, and so is everything before log-in. */
record EnableCommand(List<String> names) implements Command<ImapState> {
  private static final Set<String> KNOWN = Set.of("UTF8=ACCEPT");

  static Command<ImapState> parse(ImapReader in) {
    List<String> names = new ArrayList<>();
    in.space();
    do {
      names.add(in.word());
    } while (!in.atEnd());
    return new EnableCommand(List.copyOf(names));
  }

  @Override
  public Completion execute(ImapState state, Responder out) {
    List<String> fresh = new ArrayList<>();
    for (String name : names) {
      if (KNOWN.contains(name) && state.client().isLoggedIn() && state.client().enable(name)) {
        fresh.add(name);
      }
    }
    if (!fresh.isEmpty()) {
      out.writer().ascii("* ENABLED ").ascii(String.join(" ", fresh)).crlf();
    }
    return Completion.ok("ENABLE completed.");
  }
}
