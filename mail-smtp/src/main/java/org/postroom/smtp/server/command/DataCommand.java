package org.postroom.smtp.server.command;

import java.util.Optional;
import org.postroom.core.fact.Facts;
import org.postroom.core.policy.Decision;
import org.postroom.core.policy.Moment;
import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.server.Command;
import org.postroom.smtp.server.Dialect;
import org.postroom.smtp.server.Receiving;
import org.postroom.smtp.server.SmtpSession;
import org.postroom.smtp.server.Transaction;

/** DATA (RFC 5321, 4.1.1.4): the content, and with it the responsibility. */
record DataCommand() implements Command<Transaction> {

  static DataCommand parse(SmtpReader in, Dialect dialect) {
    in.end();
    return new DataCommand();
  }

  @Override
  public void execute(SmtpSession session, Transaction transaction) {
    checkRecipients(session, transaction);
    if (transaction.isReceiving()) {
      // RFC 3030, 3: the two ways must not be mixed.
      throw new BadCommand(503, "5.5.1", "Error: DATA after BDAT");
    }
    session.inquire(
        transaction.notes(),
        facts -> judged(session, transaction, facts),
        decision -> {
          if (session.passes(decision, Optional.empty())) {
            transaction.left(decision.pending());
            new Receiving(session, transaction).data();
          }
        });
  }

  /** Whether the content may come. */
  static Decision judged(SmtpSession session, Transaction transaction, Facts facts) {
    facts.know(session.clientNames()); // the Received field has it
    return session.judging().content(Moment.DATA, transaction, facts);
  }

  /** Whether there is somebody to receive. */
  static void checkRecipients(SmtpSession session, Transaction transaction) {
    if (transaction.count() == 0) {
      // RFC 2033, 4.2: in LMTP it is 503 in any case.
      throw transaction.hasRefused() && !session.listening().isLmtp()
          ? new BadCommand(554, "5.5.1", "Error: no valid recipients")
          : new BadCommand(503, "5.5.1", "Error: need RCPT command");
    }
  }
}
