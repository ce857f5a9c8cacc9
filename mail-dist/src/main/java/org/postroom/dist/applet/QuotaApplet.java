package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.util.List;
import org.postroom.core.quota.QuotaUse;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.QuotaOperations;
import org.postroom.dist.operation.QuotaOperations.NewQuota;
import org.postroom.dist.operation.QuotaOperations.Use;
import org.postroom.dist.operation.QuotaOperations.Uses;
import org.postroom.dist.operation.QuotaOperations.Whose;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postroom quota}: what accounts may hold, and do. */
@Command(
    name = "quota",
    description = "What accounts may hold, and do: get, set, recalc.",
    mixinStandardHelpOptions = true)
public final class QuotaApplet {
  @Spec private CommandSpec spec = CommandSpec.create();

  QuotaApplet() {}

  /** As doveadm has it. */
  static final class Choice {
    @Option(names = "-u", paramLabel = "LOGIN", required = true, description = "Of this account.")
    private List<String> logins = List.of();

    @Option(names = "-A", required = true, description = "Of all accounts.")
    private boolean all;

    private Whose whose() {
      return new Whose(all ? List.of() : logins);
    }
  }

  @Command(
      name = "get",
      description = "Says what accounts hold, and may hold.",
      mixinStandardHelpOptions = true)
  int get(@Mixin Place place, @ArgGroup(multiplicity = "1") Choice choice) {
    return request(place, QuotaOperations.GET, choice.whose());
  }

  @Command(
      name = "set",
      description = {
        "Says what accounts may hold: storage=1G, messages=1000, storage=1G:messages=1000, unlimited,",
        "or default, which is what the configuration says."
      },
      mixinStandardHelpOptions = true)
  int set(
      @Mixin Place place,
      @Option(names = "-u", paramLabel = "LOGIN", required = true, description = "Of this account.")
          List<String> logins,
      @Parameters(paramLabel = "QUOTA") String quota) {
    return request(place, QuotaOperations.SET, new NewQuota(logins, quota));
  }

  @Command(
      name = "recalc",
      description = "Counts anew what accounts hold, from their messages, and says it.",
      mixinStandardHelpOptions = true)
  int recalc(@Mixin Place place, @ArgGroup(multiplicity = "1") Choice choice) {
    return request(place, QuotaOperations.RECOUNT, choice.whose());
  }

  private <Q extends Record> int request(Place place, Operation<Q, Uses> operation, Q question) {
    PrintWriter out = spec.commandLine().getOut();
    place.described().ask(operation, question).uses().forEach(one -> out.println(line(one)));
    out.flush();
    return 0;
  }

  /** What is said of one. */
  static String line(Use use) {
    return use.login()
        + " storage="
        + QuotaUse.kib(use.octets())
        + "K/"
        + (use.octetLimit() > 0 ? QuotaUse.kib(use.octetLimit()) + "K" : "-")
        + " messages="
        + use.messages()
        + "/"
        + (use.messageLimit() > 0 ? use.messageLimit() : "-")
        + " "
        + use.percent()
        + "%";
  }
}
