package org.postroom.smtp.server.command;

import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.server.Command;
import org.postroom.smtp.server.Dialect;
import org.postroom.smtp.server.SmtpSession;
import org.postroom.smtp.server.SmtpState;

/** NOOP (RFC 5321, 4.1.1.9): nothing. Whatever stands behind it is nothing, too. */
record NoopCommand() implements Command<SmtpState> {

  static NoopCommand parse(SmtpReader in, Dialect dialect) {
    return new NoopCommand();
  }

  @Override
  public void execute(SmtpSession session, SmtpState state) {
    session.reply(250, "2.0.0", "Ok");
  }
}
