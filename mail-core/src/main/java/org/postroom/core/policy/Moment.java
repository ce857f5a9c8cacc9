package org.postroom.core.policy;

/** When in a client's conversation lists are judged. */
public enum Moment {
  CONNECT,
  HELO,
  MAIL,
  /** RCPT, and what asks the same without a mail. */
  RECIPIENT,
  /** DATA, or the first BDAT. */
  DATA,
  END_OF_DATA,
  ETRN;

  /** Whether what could not be decided before is decided now. */
  boolean concludes() {
    return compareTo(RECIPIENT) >= 0;
  }
}
