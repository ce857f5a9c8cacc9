package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.util.List;
import org.postroom.core.secret.Secret;
import org.postroom.dist.operation.AppPasswordOperations;
import org.postroom.dist.operation.AppPasswordOperations.Made;
import org.postroom.dist.operation.AppPasswordOperations.Names;
import org.postroom.dist.operation.AppPasswordOperations.One;
import org.postroom.dist.operation.AppPasswordOperations.Owner;
import org.postroom.dist.operation.AppPasswordOperations.Wanted;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postroom user app-password}: passwords of an account for one client each. */
@Command(
    name = "app-password",
    description = "Passwords of an account for one client each: add, list, revoke.",
    mixinStandardHelpOptions = true)
public final class AppPasswordApplet {
  @Spec private CommandSpec spec = CommandSpec.create();

  AppPasswordApplet() {}

  @Command(
      name = "add",
      description = "Makes one and prints it, this once.",
      mixinStandardHelpOptions = true)
  int add(
      @Mixin Place place,
      @Option(
              names = "--for",
              paramLabel = "PROTOCOLS",
              defaultValue = "smtp,imap,pop3",
              description = "What it is good for: some of smtp,imap,pop3 (the default).")
          String scopes,
      @Parameters(paramLabel = "LOGIN") String login,
      @Parameters(paramLabel = "NAME", description = "What the client is called.") String name) {
    Made made = place.described().ask(AppPasswordOperations.ADD, new Wanted(login, name, scopes));
    try (Secret secret = made.secret()) {
      return say(
          "made "
              + made.name()
              + " for "
              + made.login()
              + " ("
              + made.scopes()
              + ") with password "
              + secret.reveal());
    }
  }

  @Command(
      name = "list",
      description = "Lists those of an account, with their last use.",
      mixinStandardHelpOptions = true)
  int list(@Mixin Place place, @Parameters(paramLabel = "LOGIN") String login) {
    for (One one :
        place.described().ask(AppPasswordOperations.LIST, new Owner(login)).passwords()) {
      say(
          one.name()
              + " ("
              + one.scopes()
              + ") made "
              + one.created()
              + (one.lastUsed().isEmpty() ? ", never used" : ", last used " + one.lastUsed()));
    }
    return 0;
  }

  @Command(
      name = "revoke",
      description = "Revokes some: their clients are logged out at once, and not let in any more.",
      mixinStandardHelpOptions = true)
  int revoke(
      @Mixin Place place,
      @Parameters(paramLabel = "LOGIN") String login,
      @Parameters(paramLabel = "NAME", arity = "1..*") List<String> names) {
    for (String name :
        place.described().ask(AppPasswordOperations.REVOKE, new Names(login, names)).names()) {
      say("revoked " + name + " of " + login);
    }
    return 0;
  }

  private int say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
    return 0;
  }
}
