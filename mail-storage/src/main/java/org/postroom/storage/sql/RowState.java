package org.postroom.storage.sql;

/**
 * What a recipient's row waits for: the column {@code leased} of {@code queue_recipient}. Whether
 * an attempt is under way says {@code lease_owner}, too: that stays when somebody holds or deletes
 * what is leased, until the attempt is settled.
 */
final class RowState {
  /** Its time. */
  static final int WAITING = 0;

  /** The end of an attempt. */
  static final int LEASED = 1;

  /** A row that cannot be read, kept for who can mend it. */
  static final int ASIDE = 2;

  /** Somebody who lets it go. */
  static final int HELD = 3;

  /** Somebody who takes up its destination's mail again. */
  static final int PARKED = 4;

  /** Deleted while an attempt was under way; with its end the row goes. */
  static final int GOING = 5;

  /** All that a listing shows. */
  static final String LISTED = "(0, 1, 3, 4)";

  private RowState() {}
}
