package org.postroom.smtp.server.command;

import java.util.Locale;
import java.util.Optional;
import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.server.Command;
import org.postroom.smtp.server.Dialect;
import org.postroom.smtp.server.Judging;
import org.postroom.smtp.server.Receiving;
import org.postroom.smtp.server.SmtpSession;
import org.postroom.smtp.server.SmtpState;
import org.postroom.smtp.server.Transaction;

/**
 * BDAT (RFC 3030): a chunk of the content, of a length said beforehand. The octets follow the
 * command in any case and are read, or swallowed, before it is answered.
 */
record BdatCommand(long length, boolean last) implements Command<SmtpState> {

  static BdatCommand parse(SmtpReader in, Dialect dialect) {
    try {
      long length = lengthOf(in.word());
      boolean last = !in.atEnd();
      if (last && !in.word().toUpperCase(Locale.ROOT).equals("LAST")) {
        throw unreadable();
      }
      in.end();
      return new BdatCommand(length, last);
    } catch (BadCommand e) {
      throw unreadable();
    }
  }

  @Override
  public void execute(SmtpSession session, SmtpState state) {
    if (!(state instanceof Transaction transaction)) {
      Receiving.swallow(session, length, () -> session.reply(SmtpCommands.NEED_MAIL));
      return;
    }
    Receiving receiving = new Receiving(session, transaction);
    if (transaction.isReceiving()) {
      receiving.chunk(length, last);
      return;
    }
    try {
      DataCommand.checkRecipients(session, transaction);
    } catch (BadCommand e) {
      Receiving.swallow(session, length, () -> session.reply(e.reply()));
      return;
    }
    session.inquire(
        transaction.notes(),
        facts -> DataCommand.judged(session, transaction, facts),
        decision -> {
          if (decision.isPermitted()) {
            session.log(decision, Optional.empty());
            transaction.left(decision.pending());
            receiving.chunk(length, last);
          } else {
            Receiving.swallow(
                session,
                length,
                () -> {
                  if (last) {
                    Judging.refusal(decision).ifPresent(receiving::others);
                  }
                  session.passes(decision, Optional.empty());
                });
          }
        },
        trouble ->
            // Whatever happens, its octets must not be taken for commands.
            Receiving.swallow(
                session,
                length,
                () -> {
                  if (last) {
                    receiving.othersNotNow();
                  }
                  throw trouble;
                }));
  }

  private static long lengthOf(String word) {
    if (word.length() > 18 || !word.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw unreadable();
    }
    return Long.parseLong(word);
  }

  /** Nobody knows how long the chunk is that follows: there is no going on. */
  private static SmtpSession.Hangup unreadable() {
    return new SmtpSession.Hangup(501, "5.5.4", "Syntax: BDAT count [LAST]");
  }
}
