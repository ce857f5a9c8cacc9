package org.postroom.smtp.server.command;

import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.mail.Recipient;
import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.RcptParameters;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.protocol.SmtpReply;
import org.postroom.smtp.server.Admission;
import org.postroom.smtp.server.ClientLimits;
import org.postroom.smtp.server.Command;
import org.postroom.smtp.server.Dialect;
import org.postroom.smtp.server.SmtpParams;
import org.postroom.smtp.server.SmtpSession;
import org.postroom.smtp.server.Transaction;

/** RCPT (RFC 5321, 4.1.1.3): one more recipient, judged here and now. */
record RcptCommand(WrittenAddress written, RcptParameters parameters)
    implements Command<Transaction> {

  /** So many addresses the recipients of a mail may come to, on average. */
  private static final int MOST_EACH = 10;

  static RcptCommand parse(SmtpReader in, Dialect dialect) {
    WrittenAddress written = in.forwardPath();
    return new RcptCommand(written, RcptParameters.parse(in, dialect.offer()));
  }

  @Override
  public void execute(SmtpSession session, Transaction transaction) {
    if (transaction.isReceiving()) {
      throw new BadCommand(503, "5.5.1", "Error: content has begun");
    }
    int most = session.settings().get(SmtpParams.RECIPIENTS);
    if (transaction.namings() >= most || transaction.targets() >= MOST_EACH * most) {
      tooMany(session, transaction);
      return;
    }
    if (session.overLimit(ClientLimits.Event.RECIPIENT, SmtpParams.CLIENT_RECIPIENT_RATE)) {
      transaction.refused();
      String client = session.connection().remote().getAddress().getHostAddress();
      throw new BadCommand(450, "4.7.1", "Error: too many recipients from " + client);
    }
    Address address = session.services().whole(written);
    if (!transaction.parameters().smtpUtf8() && !address.isAscii()) {
      transaction.refused();
      throw new BadCommand(553, "5.6.7", "Error: an address beyond ASCII needs SMTPUTF8");
    }
    Recipient recipient = new Recipient(address, parameters.reportOn(), parameters.original());
    session.inquire(
        transaction.notes(),
        facts ->
            session
                .admission()
                .recipient(
                    Optional.of(transaction.sender()),
                    transaction.parameters().size(),
                    recipient,
                    facts),
        judged -> answer(session, transaction, address, judged));
  }

  private static void answer(
      SmtpSession session, Transaction transaction, Address address, Admission.Judged judged) {
    if (judged.decision().isPermitted()) {
      transaction.id(session.services().ids()); // before it is logged
    }
    if (!session.passes(judged, address)) {
      transaction.refused();
    } else {
      transaction.add(judged.expanded().orElseThrow());
      transaction.left(judged.decision().pending());
      // Addresses may be as long as lines are: strangers are charged for what they have us keep.
      session.connection().keeps(transaction.octets());
      session.reply(250, "2.1.5", "Ok");
    }
  }

  /** RFC 5321, 4.5.3.1.10: the client sends them with another mail. */
  private static void tooMany(SmtpSession session, Transaction transaction) {
    SmtpReply reply = SmtpReply.of(452, "4.5.3", "Error: too many recipients");
    transaction.refused();
    if (transaction.overshoot() <= session.settings().get(SmtpParams.RECIPIENT_OVERSHOOT)) {
      session.replyLeniently(reply);
    } else {
      session.reply(reply);
    }
  }
}
