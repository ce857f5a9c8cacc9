package org.postroom.pop3.command;

import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.protocol.ResponseCode;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State;
import org.postroom.pop3.session.Pop3State.Transaction;

/** QUIT (RFC 1939, 6): the UPDATE state; what was marked is gone for good before the answer. */
final class QuitCommand {
  private QuitCommand() {}

  static void execute(Pop3Session session, Pop3State state, Arguments arguments) {
    arguments.end();
    if (state instanceof Transaction transaction) {
      update(session, transaction);
    } else {
      session.replies().ok("Logging out.");
    }
    session.end();
  }

  private static void update(Pop3Session session, Transaction transaction) {
    boolean deletes = transaction.maildrop().hasDeletions();
    if (deletes && !transaction.isHeld()) {
      session.replies().error(ResponseCode.SYS_TEMP, "Session lock lost, nothing deleted.");
      return;
    }
    session.markSeen(transaction);
    try {
      transaction.maildrop().update();
      session.replies().ok(deletes ? "Logging out, messages deleted." : "Logging out.");
    } catch (StorageUnavailable | StorageFull | MailboxNotFound e) {
      session.replies().error(ResponseCode.SYS_TEMP, "Some deleted messages not removed.");
    }
  }
}
