package org.postroom.smtp.server.command;

import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.server.Command;
import org.postroom.smtp.server.Dialect;
import org.postroom.smtp.server.SmtpSession;
import org.postroom.smtp.server.SmtpState;

/** QUIT (RFC 5321, 4.1.1.10). */
record QuitCommand() implements Command<SmtpState> {

  static QuitCommand parse(SmtpReader in, Dialect dialect) {
    in.end();
    return new QuitCommand();
  }

  @Override
  public void execute(SmtpSession session, SmtpState state) {
    session.reset(
        () -> {
          session.countDone();
          session.end(221, "2.0.0", "Bye");
        });
  }
}
