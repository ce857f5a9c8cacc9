package org.postroom.dist.operation;

import java.util.Optional;
import org.postroom.dist.operation.FaultRules.Listed;
import org.postroom.dist.operation.FaultRules.Wish;
import org.postroom.dist.operation.Operation.Nothing;

/** What a fixture does on a bad day, for tests in any language. Other servers refuse these. */
public final class FaultOperations {
  public static final Operation<Wish, Added> ADD =
      new Operation<>(
          "faults-add",
          Wish.class,
          Added.class,
          (desk, asked) -> new Added(desk.server().faults().add(asked)));

  public static final Operation<Nothing, Listed> LIST =
      new Operation<>(
          "faults-list", Nothing.class, Listed.class, (desk, all) -> desk.server().faults().list());

  public static final Operation<Clear, Nothing> CLEAR =
      new Operation<>(
          "faults-clear",
          Clear.class,
          Nothing.class,
          (desk, asked) -> {
            desk.server().faults().clear(asked.seed());
            return new Nothing();
          });

  private FaultOperations() {}

  /**
   * One was set.
   *
   * @param fault as it is listed
   */
  public record Added(String fault) {}

  /**
   * What else is to be.
   *
   * @param seed what chance goes by
   */
  public record Clear(Optional<Long> seed) {}
}
