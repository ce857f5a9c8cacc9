package org.postroom.smtp.server.command;

import org.postroom.core.address.Address;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.inquiry.Notes;
import org.postroom.core.mail.Recipient;
import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.server.ClientLimits;
import org.postroom.smtp.server.Command;
import org.postroom.smtp.server.Dialect;
import org.postroom.smtp.server.SmtpParams;
import org.postroom.smtp.server.SmtpSession;
import org.postroom.smtp.server.SmtpState;
import org.postroom.smtp.server.Transaction;

/**
 * VRFY (RFC 5321, 3.5.3; RFC 6531, 3.7.4.2): says what RCPT would say, and promises nothing.
 *
 * @param utf8 whether the client can read UTF-8 in the answer
 */
record VrfyCommand(WrittenAddress written, boolean utf8) implements Command<SmtpState> {

  static VrfyCommand parse(SmtpReader in, Dialect dialect) {
    if (in.atEnd()) {
      throw new BadCommand(501, "5.5.4", "Syntax: VRFY address [SMTPUTF8]");
    }
    WrittenAddress written = in.bareAddress();
    boolean utf8 = !in.atEnd();
    if (utf8 && !in.word().equalsIgnoreCase("SMTPUTF8")) {
      throw new BadCommand(501, "5.1.3", "Bad recipient address syntax");
    }
    in.end();
    return new VrfyCommand(written, utf8);
  }

  @Override
  public void execute(SmtpSession session, SmtpState state) {
    if (session.settings().get(SmtpParams.DISABLE_VRFY)) {
      throw new BadCommand(502, "5.5.1", "VRFY command is disabled");
    }
    if (session.listening().isSubmission() && session.login().isEmpty()) {
      throw new BadCommand(530, "5.7.0", "Authentication required");
    }
    session.admission().checkClient();
    if (session.overLimit(ClientLimits.Event.RECIPIENT, SmtpParams.CLIENT_RECIPIENT_RATE)) {
      String client = session.connection().remote().getAddress().getHostAddress();
      throw new BadCommand(450, "4.7.1", "Error: too many recipients from " + client);
    }
    Address address = session.services().whole(written);
    session.inquire(
        new Notes(),
        facts ->
            session
                .admission()
                .recipient(
                    session.transaction().map(Transaction::sender),
                    0,
                    Recipient.of(address),
                    facts),
        judged -> {
          if (session.passes(judged, address)) {
            session.reply(252, "2.0.0", utf8 ? address.unicode() : address.toString());
          }
        });
  }
}
