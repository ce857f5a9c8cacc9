package org.postroom.dist.operation;

import java.util.List;
import java.util.Set;
import org.postroom.core.session.Sessions;
import org.postroom.dist.operation.Operation.Nothing;

/** Clients that are logged in. */
public final class SessionOperations {

  /** Says which ones there are. */
  public static final Operation<Nothing, Known> LIST =
      new Operation<>(
          "session-list",
          Nothing.class,
          Known.class,
          (desk, all) -> new Known(desk.server().service(Sessions.class).all()));

  /** Ends some; says which ones were still there. */
  public static final Operation<Some, Known> END =
      new Operation<>(
          "session-end",
          Some.class,
          Known.class,
          (desk, some) ->
              new Known(desk.server().service(Sessions.class).end(Set.copyOf(some.sessions()))));

  private SessionOperations() {}

  /** Sessions by their names. */
  public record Some(List<String> sessions) {
    public Some {
      sessions = List.copyOf(sessions);
    }
  }

  /** In the order in which they have logged in. */
  public record Known(List<Sessions.One> sessions) {
    public Known {
      sessions = List.copyOf(sessions);
    }
  }
}
