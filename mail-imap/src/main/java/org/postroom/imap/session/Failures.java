package org.postroom.imap.session;

import org.postroom.core.mailbox.SpecialUseTaken;
import org.postroom.core.mailbox.TooManyKeywords;
import org.postroom.core.refusal.BadMailboxName;
import org.postroom.core.refusal.MailboxExists;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.refusal.OverQuota;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.Refused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a client hears of a failure; the only place where that is decided. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger("postroom.imap");

  private Failures() {}

  static Completion completion(RuntimeException failure, String session) {
    if (failure instanceof BadCommand bad) {
      Completion answer = Completion.bad(bad.text());
      return bad.isLast() ? answer.then(Completion.Then.CLOSE) : answer;
    }
    if (failure instanceof Refused refused) {
      Completion answer = Completion.no(refused.code(), refused.text());
      return refused.isLast() ? answer.then(Completion.Then.CLOSE) : answer;
    }
    if (failure instanceof MailboxNotFound) {
      return Completion.no("NONEXISTENT", "Mailbox does not exist.");
    }
    if (failure instanceof MailboxExists) {
      return Completion.no("ALREADYEXISTS", "Mailbox already exists.");
    }
    if (failure instanceof BadMailboxName bad) {
      return Completion.no("CANNOT", ascii(String.valueOf(bad.getMessage())));
    }
    if (failure instanceof SpecialUseTaken) {
      return Completion.no("USEATTR", "Another mailbox has this special use.");
    }
    if (failure instanceof TooManyKeywords) {
      return Completion.no("LIMIT", "Too many keywords in this mailbox.");
    }
    if (failure instanceof OverQuota) {
      return Completion.no("OVERQUOTA", "Quota exceeded.");
    }
    if (failure instanceof StorageFull) {
      LOG.error("{}: storage is full: {}", session, failure.getMessage());
      return Completion.no("LIMIT", "No room on the server, try again later.");
    }
    if (failure instanceof StorageUnavailable) {
      LOG.error("{}: storage is unavailable: {}", session, failure.getMessage());
      return Completion.no("UNAVAILABLE", "Storage is unavailable, try again later.");
    }
    LOG.error("{}: internal error", session, failure);
    return Completion.no("SERVERBUG", "Internal error " + session + ".");
  }

  /** A command is done, and its client could not be told what others have done meanwhile. */
  static void notTold(RuntimeException failure, String session) {
    LOG.error("{}: changes of others cannot be shown now: {}", session, failure.getMessage());
  }

  private static String ascii(String text) {
    return text.replaceAll("[^\\x20-\\x7e]", "?");
  }
}
