package org.postroom.smtp.server.command;

import java.util.ArrayList;
import java.util.List;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.protocol.SmtpReply;
import org.postroom.smtp.server.Command;
import org.postroom.smtp.server.Dialect;
import org.postroom.smtp.server.SmtpSession;
import org.postroom.smtp.server.SmtpState;

/** HELP (RFC 5321, 4.1.1.8): the commands there are, from their table. */
record HelpCommand() implements Command<SmtpState> {

  static HelpCommand parse(SmtpReader in, Dialect dialect) {
    return new HelpCommand();
  }

  @Override
  public void execute(SmtpSession session, SmtpState state) {
    List<String> lines = new ArrayList<>();
    lines.add("Commands:");
    session.commands().rows().forEach(row -> lines.add(row.form()));
    session.reply(new SmtpReply(214, "2.0.0", lines));
  }
}
