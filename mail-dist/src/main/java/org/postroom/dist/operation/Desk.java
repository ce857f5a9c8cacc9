package org.postroom.dist.operation;

import org.postroom.core.auth.Accounts;

/** What operations act upon: a server that runs, or no more than its store. */
public interface Desk {

  /** Who is here. */
  Accounts accounts();

  /**
   * The server.
   *
   * @throws OperationRefused when none runs
   */
  RunningServer server();
}
