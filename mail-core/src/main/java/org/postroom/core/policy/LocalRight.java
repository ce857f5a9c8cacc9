package org.postroom.core.policy;

/** What not every user of this machine may do by its commands. */
public enum LocalRight {
  /** To hand in mail ({@code authorized_submit_users}). */
  SUBMIT,

  /** To see what is in the queue ({@code authorized_mailq_users}). */
  VIEW_QUEUE,

  /** To have that tried ({@code authorized_flush_users}). */
  FLUSH_QUEUE
}
