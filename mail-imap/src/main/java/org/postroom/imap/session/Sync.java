package org.postroom.imap.session;

/**
 * When a command brings the client's view up to date (RFC 9051, 7.5.1): numbers must not change
 * under commands that use them.
 */
public enum Sync {
  /** Not at all. */
  NONE(false, false, false, false),
  /** Before and after, never expunges: FETCH, STORE, SEARCH by number. */
  NUMBERS(true, true, false, false),
  /** Before, and everything after: the UID forms of these. */
  UIDS(true, true, true, false),
  /** Everything, after: NOOP, CHECK, COPY, MOVE. */
  FULL(false, true, true, true),
  /** Before, and everything after: EXPUNGE. */
  EXPUNGE(true, true, true, true),
  /** Flags and new messages afterwards, when something is known to have happened. */
  QUIET(false, true, false, false);

  final boolean before;
  final boolean after;
  final boolean expunges;

  /** Whether the store is asked although nothing was heard of a change. */
  final boolean always;

  Sync(boolean before, boolean after, boolean expunges, boolean always) {
    this.before = before;
    this.after = after;
    this.expunges = expunges;
    this.always = always;
  }
}
