package org.postroom.dist.operation;

import java.util.List;
import java.util.Set;
import org.postroom.core.address.IpLiteral;
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
          (desk, all) -> known(desk.server().service(Sessions.class).all()));

  /** Ends some; says which ones were still there. */
  public static final Operation<Some, Known> END =
      new Operation<>(
          "session-end",
          Some.class,
          Known.class,
          (desk, some) ->
              known(desk.server().service(Sessions.class).end(Set.copyOf(some.sessions()))));

  private SessionOperations() {}

  /** Sessions by their names. */
  public record Some(List<String> sessions) {
    public Some {
      sessions = List.copyOf(sessions);
    }
  }

  /**
   * One that is logged in.
   *
   * @param protocol imap, pop3 or smtp
   * @param session as log lines name it
   */
  public record One(String login, String protocol, String address, String session) {}

  /** In the order in which they have logged in. */
  public record Known(List<One> sessions) {
    public Known {
      sessions = List.copyOf(sessions);
    }
  }

  private static Known known(List<Sessions.One> all) {
    return new Known(
        all.stream()
            .map(
                one ->
                    new One(
                        one.login(),
                        one.protocol().toString(),
                        IpLiteral.written(one.client()),
                        one.session()))
            .toList());
  }
}
