package org.postroom.dist;

import org.postroom.dist.operation.Operation;

/**
 * Asks a described server one thing after the other: the one that runs on its store, or, where none
 * runs, the store itself, which is opened once and stays open until this is closed. What each
 * question can fail with is said at {@link ServerBuilder#ask(Operation, Record)}.
 */
public final class OperationClient implements AutoCloseable {
  private final Asker asker;

  /**
   * For a server that is described and not started.
   *
   * @throws org.postroom.core.config.BadConfiguration with all faults of the configuration
   */
  public OperationClient(ServerBuilder server) {
    this.asker = new Asker(server.description());
  }

  /** Has it do something. */
  public <Q extends Record, A extends Record> A ask(Operation<Q, A> operation, Q question) {
    return asker.ask(operation, question);
  }

  @Override
  public void close() {
    asker.close();
  }
}
