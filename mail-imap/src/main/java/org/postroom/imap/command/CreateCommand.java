package org.postroom.imap.command;

import java.util.Optional;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.SpecialUse;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Refused;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Authenticated;

/** CREATE (RFC 9051, 6.3.4), with special use (RFC 6154, 3). */
record CreateCommand(MailboxName name, Optional<SpecialUse> use) implements Command<Authenticated> {

  static Command<Authenticated> parse(ImapReader in) {
    in.space();
    MailboxName name = in.mailbox();
    Optional<SpecialUse> use = Optional.empty();
    if (!in.atEnd()) {
      in.open();
      if (!in.word().equals("USE")) {
        throw new BadCommand("Unknown parameter of CREATE");
      }
      in.space();
      in.open();
      for (boolean first = true; !in.close(first); first = false) {
        SpecialUse next = use(in.attribute());
        if (use.isPresent() && use.get() != next) {
          throw new Refused("USEATTR", "One special use a mailbox.");
        }
        use = Optional.of(next);
      }
      in.expect(')');
      in.end();
    }
    return new CreateCommand(name, use);
  }

  private static SpecialUse use(String attribute) {
    for (SpecialUse use : SpecialUse.values()) {
      if (use.attribute().equalsIgnoreCase(attribute)) {
        return use;
      }
    }
    throw new Refused("USEATTR", "Special use is not supported.");
  }

  @Override
  public Completion execute(Authenticated state, Responder out) {
    if (name.value().indexOf('*') >= 0 || name.value().indexOf('%') >= 0) {
      throw new Refused("CANNOT", "Mailbox name has a wildcard.");
    }
    state.store().create(state.account(), name, use);
    return Completion.ok("CREATE completed.");
  }
}
