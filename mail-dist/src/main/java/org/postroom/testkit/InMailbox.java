package org.postroom.testkit;

/**
 * Where a mail lies, or lay when it came.
 *
 * @param account whose mailbox it is: the login
 * @param folder such as {@code INBOX}, or {@code Archive/2026}
 */
public record InMailbox(String account, String folder) {

  @Override
  public String toString() {
    return account + "/" + folder;
  }
}
