package org.postroom.storage.sql;

/** What follows once the running transaction is durable, for statements that run in it. */
interface AfterCommit {

  /** The body is of no use any more. */
  void freeAfterCommit(BlobRef ref);

  /** {@code task} is to run. */
  void afterCommit(Runnable task);
}
