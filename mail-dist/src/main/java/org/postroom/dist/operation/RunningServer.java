package org.postroom.dist.operation;

/** A server, as operations see it. */
public interface RunningServer {

  /** See {@code MailServer.reload}. */
  Reloaded reload();

  /** What it is and does now. */
  Status status();
}
