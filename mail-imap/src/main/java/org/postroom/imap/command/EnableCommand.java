package org.postroom.imap.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Client;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;

/** ENABLE (RFC 9051, 6.3.1). What is unknown is passed over, and so is everything before log-in. */
record EnableCommand(List<String> names) implements Command<Client> {
  private static final Set<String> KNOWN = Set.of("UTF8=ACCEPT");

  static Command<Client> parse(ImapReader in) {
    List<String> names = new ArrayList<>();
    in.space();
    do {
      names.add(in.word());
    } while (!in.atEnd());
    return new EnableCommand(List.copyOf(names));
  }

  @Override
  public Completion execute(Client client, Responder out) {
    List<String> fresh = new ArrayList<>();
    for (String name : names) {
      if (KNOWN.contains(name) && client.isLoggedIn() && client.enable(name)) {
        fresh.add(name);
      }
    }
    if (!fresh.isEmpty()) {
      out.writer().ascii("* ENABLED ").ascii(String.join(" ", fresh)).crlf();
    }
    return Completion.ok("ENABLE completed.");
  }
}
