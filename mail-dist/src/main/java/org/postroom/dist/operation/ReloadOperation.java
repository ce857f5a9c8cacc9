package org.postroom.dist.operation;

import org.postroom.dist.answer.Reloaded;
import org.postroom.dist.operation.Operation.Nothing;

/** Has the server read its configuration again. */
public final class ReloadOperation {
  public static final Operation<Nothing, Reloaded> RELOAD =
      new Operation<>(
          "reload", Nothing.class, Reloaded.class, (desk, all) -> desk.server().reload());

  private ReloadOperation() {}
}
