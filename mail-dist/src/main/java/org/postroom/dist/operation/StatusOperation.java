package org.postroom.dist.operation;

import org.postroom.dist.operation.Operation.Nothing;

/** Says what runs. */
public final class StatusOperation {
  public static final Operation<Nothing, Status> STATUS =
      new Operation<>("status", Nothing.class, Status.class, (desk, all) -> desk.server().status());

  private StatusOperation() {}
}
