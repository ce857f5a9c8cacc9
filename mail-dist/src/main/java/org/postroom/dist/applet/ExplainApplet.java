package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.postroom.core.json.Json;
import org.postroom.dist.control.Records;
import org.postroom.dist.operation.ExplainOperation;
import org.postroom.dist.operation.ExplainOperation.Destination;
import org.postroom.dist.operation.ExplainOperation.Explained;
import org.postroom.dist.operation.ExplainOperation.Leaving;
import org.postroom.dist.operation.ExplainOperation.Question;
import org.postroom.dist.operation.ExplainOperation.Recorded;
import org.postroom.dist.operation.ExplainOperation.Recordings;
import org.postroom.dist.operation.ExplainOperation.Rule;
import org.postroom.dist.operation.ExplainOperation.Step;
import org.postroom.dist.operation.ExplainOperation.Which;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code postroom explain}: what the server that runs would do with a mail, or what it has done
 * with one, and why.
 */
@Command(
    name = "explain",
    description =
        "Says what the server that runs would do with a mail, rule by rule, and where it would go."
            + " Nothing is sent. With --id: what it has decided about a mail or a session of late.",
    mixinStandardHelpOptions = true)
public final class ExplainApplet implements Callable<Integer> {
  @Mixin private Place place = new Place();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--client",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "The client's IP address; ${DEFAULT-VALUE} unless given.")
  private String client = "";

  @Option(names = "--helo", paramLabel = "NAME", description = "What the client calls itself.")
  private @Nullable String helo;

  @Option(names = "--login", paramLabel = "NAME", description = "Who has logged in.")
  private @Nullable String login;

  @Option(names = "--tls", description = "The client speaks under TLS.")
  private boolean tls;

  @Option(
      names = "--service",
      paramLabel = "SERVICE",
      defaultValue = "smtp",
      description = "The listener; ${DEFAULT-VALUE} unless given.")
  private String service = "";

  @Option(
      names = {"-f", "--from"},
      paramLabel = "SENDER",
      defaultValue = "",
      description = "The sender; the null sender unless given.")
  private String sender = "";

  @Option(
      names = "--size",
      paramLabel = "OCTETS",
      defaultValue = "0",
      description = "How long the mail is, where the client says so.")
  private long size;

  @Option(
      names = "--hosts",
      description =
          "Also by which hosts the mail would leave, and how safely: policies of TLS, TLSA records"
              + " and what domains publish (MTA-STS).")
  private boolean hosts;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "The queue id of a mail, or a session's number, as the log has them.")
  private @Nullable String id;

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  @Parameters(arity = "0..*", paramLabel = "RECIPIENT", description = "For whom the mail is.")
  private List<String> recipients = List.of();

  ExplainApplet() {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (recipients.isEmpty() == (id == null)) {
      throw new ParameterException(
          spec.commandLine(), "expected either recipients, or --id and no recipient");
    }
    if (id != null) {
      Recordings found = place.described().ask(ExplainOperation.RECORD, new Which(id));
      if (json) {
        out.println(Json.text(Records.toJson(found)));
      } else {
        found.records().forEach(record -> print(out, record));
      }
      return 0;
    }
    Explained explained =
        place
            .described()
            .ask(
                ExplainOperation.EXPLAIN,
                new Question(
                    service,
                    client,
                    Optional.ofNullable(helo),
                    Optional.ofNullable(login),
                    tls,
                    size,
                    sender,
                    recipients));
    List<Step> steps = hosts ? withHosts(explained.steps()) : explained.steps();
    if (json) {
      out.println(Json.text(Records.toJson(new Explained(steps))));
    } else {
      steps.forEach(step -> print(out, step));
    }
    return 0;
  }

  private List<Step> withHosts(List<Step> steps) {
    return steps.stream()
        .map(step -> step.to(step.targets().stream().map(one -> one.by(hosts(one))).toList()))
        .toList();
  }

  /** By which hosts it would go, if it does: nothing does but by a transport. */
  private List<String> hosts(Destination target) {
    return target.route().matches("[^ ]+:.*")
        ? place
            .described()
            .ask(ExplainOperation.HOSTS, new Leaving(target.recipient(), target.route()))
            .lines()
        : List.of();
  }

  private void print(PrintWriter out, Recorded record) {
    out.println(
        record.at()
            + " session "
            + record.session()
            + record.mail().map(mail -> " mail " + mail).orElse("")
            + " generation "
            + record.generation());
    print(out, record.step());
  }

  private void print(PrintWriter out, Step step) {
    out.println(step.command() + ": " + step.reply().map(text -> "refused").orElse("taken"));
    for (Rule rule : step.rules()) {
      String facts = rule.facts().isEmpty() ? "" : " (" + rule.facts() + ")";
      out.println("  " + rule.list() + ": " + rule.rule() + facts + ": " + rule.result());
    }
    step.reply().ifPresent(text -> out.println("  reply: " + text));
    step.way().forEach(text -> out.println("  " + text));
    for (Destination target : step.targets()) {
      out.println("  <" + target.recipient() + ">: " + target.route());
      target.hosts().orElse(List.of()).forEach(line -> out.println("    " + line));
    }
  }
}
