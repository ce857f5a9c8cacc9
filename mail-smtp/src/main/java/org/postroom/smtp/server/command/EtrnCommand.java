package org.postroom.smtp.server.command;

import org.postroom.core.address.Domain;
import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.server.Command;
import org.postroom.smtp.server.Dialect;
import org.postroom.smtp.server.SmtpSession;
import org.postroom.smtp.server.SmtpState;

/**
 * ETRN (RFC 1985): asks that the mail for a domain be sent now. Nobody may, so it is not offered;
 * who asks all the same learns that, and not that the command is unknown.
 */
record EtrnCommand(String node) implements Command<SmtpState.Idle> {

  static EtrnCommand parse(SmtpReader in, Dialect dialect) {
    if (in.atEnd()) {
      throw new BadCommand(500, "", "Syntax: ETRN domain");
    }
    String word = in.word();
    if (!in.atEnd()) {
      throw new BadCommand(500, "", "Syntax: ETRN domain");
    }
    String node = word.startsWith("@") || word.startsWith("#") ? word.substring(1) : word;
    if (Domain.parse(node).isEmpty()) {
      throw new BadCommand(501, "", "Error: invalid parameter syntax");
    }
    return new EtrnCommand(node);
  }

  @Override
  public void execute(SmtpSession session, SmtpState.Idle state) {
    throw new BadCommand(459, "", "<" + node + ">: service unavailable");
  }
}
