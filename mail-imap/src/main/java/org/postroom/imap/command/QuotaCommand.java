package org.postroom.imap.command;

import org.postroom.core.quota.QuotaUse;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.ImapWriter;
import org.postroom.imap.protocol.Refused;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Authenticated;

/**
 * GETQUOTA (RFC 9208, 4.1.1): what an account's mailboxes hold of what they may hold. There is one
 * quota root for all of them, and none where nothing limits them: a root without a resource cannot
 * be said.
 */
record QuotaCommand(String root) implements Command<Authenticated> {

  static Command<Authenticated> parse(ImapReader in) {
    in.space();
    String root = in.astringText();
    in.end();
    return new QuotaCommand(root);
  }

  @Override
  public Completion execute(Authenticated state, Responder out) {
    QuotaUse use = state.use();
    if (!root.equals(QuotaUse.ROOT) || !isLimited(use)) {
      throw new Refused("NONEXISTENT", "Quota root does not exist.");
    }
    write(use, out.writer());
    return Completion.ok("GETQUOTA completed.");
  }

  static boolean isLimited(QuotaUse use) {
    return use.limit().octets() > 0 || use.limit().messages() > 0;
  }

  /** Says it of all resources that there is a limit to. */
  static void write(QuotaUse use, ImapWriter out) {
    out.ascii("* QUOTA ").astring(QuotaUse.ROOT).ascii(" (");
    long octets = use.limit().octets();
    if (octets > 0) {
      resource(out, "STORAGE", QuotaUse.kib(use.octets()), QuotaUse.kib(octets));
    }
    long messages = use.limit().messages();
    if (messages > 0) {
      if (octets > 0) {
        out.space();
      }
      resource(out, "MESSAGE", use.messages(), messages);
    }
    out.octet(')').crlf();
  }

  private static void resource(ImapWriter out, String name, long used, long limit) {
    out.ascii(name).space().number(used).space().number(limit);
  }
}
