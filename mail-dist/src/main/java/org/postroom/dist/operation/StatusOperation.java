package org.postroom.dist.operation;

import java.util.List;
import org.postroom.dist.operation.Operation.Nothing;

/** Says what runs. */
public final class StatusOperation {
  public static final Operation<Nothing, Status> STATUS =
      new Operation<>("status", Nothing.class, Status.class, (desk, all) -> desk.server().status());

  private StatusOperation() {}

  /**
   * A server that runs.
   *
   * @param version of the program
   * @param process its number
   * @param generation of the configuration that is in effect
   */
  public record Status(String version, long process, long generation, List<Listening> listeners) {
    public Status {
      listeners = List.copyOf(listeners);
    }
  }

  /** A door that is open. */
  public record Listening(String service, String address, int port) {}
}
