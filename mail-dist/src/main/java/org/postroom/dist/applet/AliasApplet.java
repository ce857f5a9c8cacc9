package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.util.List;
import java.util.function.UnaryOperator;
import org.postroom.dist.operation.AliasOperations;
import org.postroom.dist.operation.AliasOperations.Addresses;
import org.postroom.dist.operation.AliasOperations.Owner;
import org.postroom.dist.operation.Operation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postroom user alias}: the further addresses of an account. */
@Command(
    name = "alias",
    description = "The further addresses of an account: add, list, delete.",
    mixinStandardHelpOptions = true)
public final class AliasApplet {
  @Spec private CommandSpec spec = CommandSpec.create();

  AliasApplet() {}

  @Command(
      name = "add",
      description = "Gives an account further addresses: it gets their mail, and may send as them.",
      mixinStandardHelpOptions = true)
  int add(
      @Mixin Place place,
      @Parameters(paramLabel = "LOGIN") String login,
      @Parameters(paramLabel = "ADDRESS", arity = "1..*") List<String> addresses) {
    return request(
        place,
        AliasOperations.ADD,
        new Addresses(login, addresses),
        address -> "mail for " + address + " goes to " + login);
  }

  @Command(
      name = "list",
      description = "Lists the further addresses of an account.",
      mixinStandardHelpOptions = true)
  int list(@Mixin Place place, @Parameters(paramLabel = "LOGIN") String login) {
    return request(place, AliasOperations.LIST, new Owner(login), address -> address);
  }

  @Command(
      name = "delete",
      description = "Takes further addresses from an account.",
      mixinStandardHelpOptions = true)
  int delete(
      @Mixin Place place,
      @Parameters(paramLabel = "LOGIN") String login,
      @Parameters(paramLabel = "ADDRESS", arity = "1..*") List<String> addresses) {
    return request(
        place,
        AliasOperations.DELETE,
        new Addresses(login, addresses),
        address -> address + " is no address of " + login + " any more");
  }

  private <Q extends Record> int request(
      Place place, Operation<Q, Addresses> operation, Q question, UnaryOperator<String> line) {
    PrintWriter out = spec.commandLine().getOut();
    place.described().ask(operation, question).addresses().stream().map(line).forEach(out::println);
    out.flush();
    return 0;
  }
}
