package org.postroom.dist.submit;

/** Who is to get a mail of whose recipients some cannot have it. */
public enum Whom {
  /** Nobody: the mail is refused as a whole. Whoever tries again sends nothing twice. */
  ALL_OR_NOBODY,
  /** The others; the answer says who does not. */
  WHOM_IT_CAN,
  /**
   * All of them, for now: the mail is taken, and its sender is told by a report who did not get it.
   * As programs expect that call sendmail.
   */
  EVERYBODY
}
