package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.util.List;
import org.postroom.core.secret.Secret;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.Operation.Nothing;
import org.postroom.dist.operation.QuotaOperations;
import org.postroom.dist.operation.UserOperations;
import org.postroom.dist.operation.UserOperations.Logins;
import org.postroom.dist.operation.UserOperations.NewPassword;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postroom user}: accounts, of a server that runs or of one that does not. */
@Command(
    name = "user",
    description = {
      "Accounts: add, passwd, list, delete; alias for their further addresses,",
      "app-password for passwords of one client each."
    },
    subcommands = {AliasApplet.class, AppPasswordApplet.class},
    mixinStandardHelpOptions = true)
public final class UserApplet {
  private static final int NO_USER = 67;

  @Spec private CommandSpec spec = CommandSpec.create();

  UserApplet() {}

  @Command(
      name = "add",
      description = "Adds accounts. A password that is not given is made up and printed.",
      mixinStandardHelpOptions = true)
  int add(
      @Mixin Place place,
      @Option(
              names = "--password-stdin",
              description = "Read the password from standard input, one for all.")
          boolean passwordFromInput,
      @Parameters(
              paramLabel = "LOGIN",
              arity = "1..*",
              description = "Names to log in with: full addresses, as a rule.")
          List<String> logins) {
    return withPassword(
        place, UserOperations.ADD, passwordFromInput, logins, "added ", " with password ");
  }

  @Command(name = "passwd", description = "Changes a password.", mixinStandardHelpOptions = true)
  int passwd(
      @Mixin Place place,
      @Option(names = "--password-stdin", description = "Read it from standard input.")
          boolean passwordFromInput,
      @Parameters(paramLabel = "LOGIN") String login) {
    return withPassword(
        place,
        UserOperations.CHANGE_PASSWORD,
        passwordFromInput,
        List.of(login),
        "changed the password of ",
        " to ");
  }

  @Command(
      name = "list",
      description = {
        "Lists logins that have mailboxes.",
        "Behind one that is not the server's own, the source that knows it."
      },
      mixinStandardHelpOptions = true)
  int list(
      @Mixin Place place,
      @Option(names = "--use", description = "With what they hold, of what they may hold.")
          boolean use) {
    PrintWriter out = spec.commandLine().getOut();
    if (use) {
      place
          .described()
          .ask(QuotaOperations.GET, new QuotaOperations.Whose(List.of()))
          .uses()
          .forEach(one -> out.println(QuotaApplet.line(one)));
      out.flush();
      return 0;
    }
    UserOperations.Known known = place.described().ask(UserOperations.LIST, new Nothing());
    for (int i = 0; i < known.logins().size(); i++) {
      out.println(known.logins().get(i) + behind(known.sources().get(i)));
    }
    out.flush();
    return 0;
  }

  private static String behind(String source) {
    return switch (source) {
      case "sql" -> "";
      case "" -> " (known to no source any more)";
      default -> " (" + source + ")";
    };
  }

  @Command(
      name = "delete",
      description = "Deletes accounts and all their mail, for good.",
      mixinStandardHelpOptions = true)
  int delete(
      @Mixin Place place, @Parameters(paramLabel = "LOGIN", arity = "1..*") List<String> logins) {
    return request(place, UserOperations.DELETE, new Logins(logins), login -> "deleted " + login);
  }

  private interface Line {
    String of(String login);
  }

  /** A password that is made up is printed behind {@code word}. */
  private int withPassword(
      Place place,
      Operation<NewPassword, Logins> operation,
      boolean fromInput,
      List<String> logins,
      String done,
      String word) {
    String given = password(fromInput);
    String password = given.isEmpty() ? Passwords.random() : given;
    try (Secret secret = Secret.of(password)) {
      return request(
          place,
          operation,
          new NewPassword(logins, secret),
          login -> done + login + (given.isEmpty() ? word + password : ""));
    }
  }

  private <Q extends Record> int request(
      Place place, Operation<Q, Logins> operation, Q question, Line line) {
    PrintWriter out = spec.commandLine().getOut();
    try {
      Logins answer = place.described().ask(operation, question);
      answer.logins().forEach(login -> out.println(line.of(login)));
      out.flush();
      return 0;
    } catch (OperationRefused e) {
      if (e.kind() != OperationRefused.Kind.REQUEST) {
        throw e;
      }
      e.reasons().forEach(why -> spec.commandLine().getErr().println("postroom: error: " + why));
      return NO_USER;
    }
  }

  /** Empty when one shall be made up. */
  private String password(boolean fromInput) {
    return fromInput ? firstLine() : "";
  }

  private String firstLine() {
    try {
      String line =
          new BufferedReader(new InputStreamReader(Caller.of(spec).in(), UTF_8)).readLine();
      return line == null ? "" : line;
    } catch (IOException e) {
      throw new IllegalStateException("standard input cannot be read: " + e.getMessage(), e);
    }
  }
}
