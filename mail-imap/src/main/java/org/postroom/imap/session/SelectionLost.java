package org.postroom.imap.session;

/** The selected mailbox is no more: the session cannot go on. */
final class SelectionLost extends RuntimeException {
  private static final long serialVersionUID = 1L;
  static final String TEXT = "Selected mailbox was deleted.";

  SelectionLost() {
    super(TEXT, null, false, false);
  }
}
