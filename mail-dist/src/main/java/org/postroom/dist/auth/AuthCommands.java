package org.postroom.dist.auth;

import java.util.List;
import org.postroom.core.session.CommandTable;
import org.postroom.dist.auth.AuthState.Connected;
import org.postroom.dist.auth.AuthState.Greeted;
import org.postroom.dist.auth.AuthState.Serving;

/** Every command there is: its name, the state it needs, and its file. */
public final class AuthCommands {

  /** In the order in which they come. */
  public static final CommandTable<AuthSession, AuthRow<?>> ALL =
      new CommandTable<>(
          List.of(
              new AuthRow<>("VERSION", Connected.class, VersionCommand::execute),
              new AuthRow<>("CPID", Greeted.class, CpidCommand::execute),
              new AuthRow<>("AUTH", Serving.class, AuthCommand::execute),
              new AuthRow<>("CONT", Serving.class, ContCommand::execute),
              new AuthRow<>("CANCEL", Serving.class, CancelCommand::execute)));

  private AuthCommands() {}
}
