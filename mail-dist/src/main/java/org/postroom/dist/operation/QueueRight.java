package org.postroom.dist.operation;

/** What not every user of this machine may do with the queue. */
public enum QueueRight {
  /** To see what is in it ({@code authorized_mailq_users}). */
  VIEW,

  /** To have it tried ({@code authorized_flush_users}). */
  FLUSH
}
