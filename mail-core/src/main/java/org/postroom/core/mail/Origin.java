package org.postroom.core.mail;

/**
 * How a mail comes into the house. All take the same way from there; where it comes from decides
 * what is done to the mail on it.
 */
public enum Origin {
  /** Other servers bring mail (RFC 5321). */
  SMTP(false, false),
  /** Other servers bring mail and hear what became of it for each recipient (RFC 2033). */
  LMTP(false, false),
  /** Users hand in mail (RFC 6409). */
  SUBMISSION(true, false),
  /** The application that we are part of does, or a program on this machine. */
  APPLICATION(true, false),
  /** A notification that we write ourselves (RFC 3464). */
  REPORT(false, true),
  /** Our queue, for recipients whose mailboxes are here by now. */
  QUEUE(false, true);

  private final boolean completed;
  private final boolean internal;

  Origin(boolean completed, boolean internal) {
    this.completed = completed;
    this.internal = internal;
  }

  /** Whether what is missing in its header is added, as its sender's own server does. */
  public boolean isCompleted() {
    return completed;
  }

  /** Whether it was handed in on this machine, and not over the network. */
  public boolean isLocal() {
    return this == APPLICATION;
  }

  /** Whether whoever brings it hears what became of it for each recipient. */
  public boolean hearsOfEach() {
    return this == LMTP;
  }

  /** Whether it was made here, or went this way before: no copies are made of it. */
  public boolean isInternal() {
    return internal;
  }
}
