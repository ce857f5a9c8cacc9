package org.postroom.smtp.server.command;

import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.fact.Notes;
import org.postroom.core.mail.Recipient;
import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.server.ClientLimits;
import org.postroom.smtp.server.Command;
import org.postroom.smtp.server.Dialect;
import org.postroom.smtp.server.SmtpParams;
import org.postroom.smtp.server.SmtpSession;

/** VRFY (RFC 5321, 3.5.3): says what RCPT would say, and promises nothing. */
record VrfyCommand(Address address) implements Command {

  static VrfyCommand parse(SmtpReader in, Dialect dialect) {
    Address address = in.bareAddress(dialect.own());
    in.end();
    return new VrfyCommand(address);
  }

  @Override
  public void execute(SmtpSession session) {
    if (session.settings().get(SmtpParams.DISABLE_VRFY)) {
      throw new BadCommand(502, "5.5.1", "VRFY command is disabled");
    }
    if (session.listening().role().isSubmission() && session.login().isEmpty()) {
      throw new BadCommand(530, "5.7.0", "Authentication required");
    }
    if (session.overLimit(ClientLimits.Event.RECIPIENT, SmtpParams.CLIENT_RECIPIENT_RATE)) {
      String client = session.connection().remote().getAddress().getHostAddress();
      throw new BadCommand(450, "4.7.1", "Error: too many recipients from " + client);
    }
    session.inquire(
        new Notes(),
        facts ->
            RecipientCheck.recipient(session, ReversePath.NULL, 0, Recipient.of(address), facts),
        judged -> answer(session, judged));
  }

  private void answer(SmtpSession session, RecipientCheck.Judged judged) {
    judged.decision().ifPresent(session::keep);
    if (judged.refusal().isPresent()) {
      RecipientCheck.Refusal refusal = judged.refusal().get();
      session.refuse(refusal.reply(), Optional.of(address), refusal.rule());
    } else {
      session.reply(252, "2.0.0", address.toString());
    }
  }
}
