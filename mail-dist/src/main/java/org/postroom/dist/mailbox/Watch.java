package org.postroom.dist.mailbox;

/** Somebody hears of changes in a mailbox, until it is closed. */
public interface Watch extends AutoCloseable {

  /** No call begins any more; one that has begun goes on. */
  @Override
  void close();
}
