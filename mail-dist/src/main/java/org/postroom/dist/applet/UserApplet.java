package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postroom user}: accounts, of a server that runs or of one that does not. */
@Command(
    name = "user",
    description = "Accounts: add, passwd, list, delete.",
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
    String password = password(passwordFromInput);
    boolean madeUp = password.isEmpty();
    String secret = madeUp ? Passwords.random() : password;
    List<String> arguments = new ArrayList<>(logins);
    arguments.add(0, secret);
    return request(
        place,
        "user-add",
        arguments,
        login -> "added " + login + (madeUp ? " with password " + secret : ""));
  }

  @Command(name = "passwd", description = "Changes a password.", mixinStandardHelpOptions = true)
  int passwd(
      @Mixin Place place,
      @Option(names = "--password-stdin", description = "Read it from standard input.")
          boolean passwordFromInput,
      @Parameters(paramLabel = "LOGIN") String login) {
    String password = password(passwordFromInput);
    boolean madeUp = password.isEmpty();
    String secret = madeUp ? Passwords.random() : password;
    return request(
        place,
        "user-passwd",
        List.of(secret, login),
        name -> "changed the password of " + name + (madeUp ? " to " + secret : ""));
  }

  @Command(name = "list", description = "Lists logins.", mixinStandardHelpOptions = true)
  int list(@Mixin Place place) {
    return request(place, "user-list", List.of(), login -> login);
  }

  @Command(
      name = "delete",
      description = "Deletes accounts and all their mail, for good.",
      mixinStandardHelpOptions = true)
  int delete(
      @Mixin Place place, @Parameters(paramLabel = "LOGIN", arity = "1..*") List<String> logins) {
    return request(place, "user-delete", logins, login -> "deleted " + login);
  }

  private interface Line {
    String of(String login);
  }

  private int request(Place place, String verb, List<String> arguments, Line line) {
    PrintWriter out = spec.commandLine().getOut();
    try {
      List<String> answer = place.builder().administer(verb, arguments);
      answer.forEach(login -> out.println(line.of(login)));
      out.flush();
      return 0;
    } catch (IllegalStateException | IllegalArgumentException e) {
      spec.commandLine().getErr().println("postroom: error: " + e.getMessage());
      return NO_USER;
    }
  }

  /** Empty when one shall be made up. */
  private static String password(boolean fromInput) {
    return fromInput ? firstLine() : "";
  }

  private static String firstLine() {
    try {
      String line = new BufferedReader(new InputStreamReader(System.in, UTF_8)).readLine();
      return line == null ? "" : line;
    } catch (IOException e) {
      throw new IllegalStateException("standard input cannot be read: " + e.getMessage(), e);
    }
  }
}
