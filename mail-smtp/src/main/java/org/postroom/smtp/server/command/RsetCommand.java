package org.postroom.smtp.server.command;

import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.server.Command;
import org.postroom.smtp.server.Dialect;
import org.postroom.smtp.server.SmtpSession;
import org.postroom.smtp.server.SmtpState;

/** RSET (RFC 5321, 4.1.1.5): the transaction is forgotten. */
record RsetCommand() implements Command<SmtpState> {

  static RsetCommand parse(SmtpReader in, Dialect dialect) {
    in.end();
    return new RsetCommand();
  }

  @Override
  public void execute(SmtpSession session, SmtpState state) {
    session.reset(() -> session.reply(250, "2.0.0", "Ok"));
  }
}
