package org.postroom.pop3.session;

import java.util.Optional;
import org.postroom.core.auth.AccountId;
import org.postroom.pop3.session.MaildropLocks.Lock;

/** Where a session is (RFC 1939, 3). What a command needs is the type of its state. */
public sealed interface Pop3State {

  /**
   * Not logged in.
   *
   * @param user what USER said, when it was the last command
   */
  record Authorization(Optional<String> user) implements Pop3State {
    public static final Authorization START = new Authorization(Optional.empty());
  }

  /**
   * Who it is has been proved; the maildrop is being opened, or still another session's. No line is
   * read meanwhile.
   *
   * @param lock the maildrop, from the moment it is this session's
   */
  record Opening(AccountId account, Optional<Lock> lock) implements Pop3State, LoggedIn {

    /** The maildrop is this session's. */
    Opening with(Lock taken) {
      return new Opening(account, Optional.of(taken));
    }
  }

  /** Logged in, with a maildrop. */
  record Transaction(AccountId account, Lock held, Maildrop maildrop)
      implements Pop3State, LoggedIn {

    @Override
    public Optional<Lock> lock() {
      return Optional.of(held);
    }

    /** Whether the maildrop is still this session's, so that deletions may happen. */
    public boolean isHeld() {
      return held.isHeld();
    }
  }

  /** Somebody: counted among the connections of the account, perhaps with its maildrop. */
  sealed interface LoggedIn permits Opening, Transaction {
    AccountId account();

    Optional<Lock> lock();
  }
}
