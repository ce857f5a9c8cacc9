package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.util.List;
import org.postroom.dist.fetch.FetchJobs;
import org.postroom.dist.operation.FetchOperations;
import org.postroom.dist.operation.FetchOperations.Jobs;
import org.postroom.dist.operation.FetchOperations.Which;
import org.postroom.dist.operation.Operation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postroom fetch}: jobs that fetch mail from accounts elsewhere. */
@Command(
    name = "fetch",
    description = "Jobs that fetch mail from accounts elsewhere: list, status, run.",
    mixinStandardHelpOptions = true)
public final class FetchApplet {
  private static final int FAILING = 75;

  @Spec private CommandSpec spec = CommandSpec.create();

  FetchApplet() {}

  @Command(
      name = "list",
      description = "Says which jobs there are, one a line.",
      mixinStandardHelpOptions = true)
  int list(@Mixin Place place) {
    PrintWriter out = spec.commandLine().getOut();
    ask(place, FetchOperations.LIST, List.of())
        .jobs()
        .forEach(
            job ->
                out.println(
                    job.name()
                        + " "
                        + job.from()
                        + " to="
                        + job.login()
                        + " folder="
                        + job.folder()
                        + " keep="
                        + job.keep()));
    out.flush();
    return 0;
  }

  @Command(
      name = "status",
      description = {
        "Says how jobs are, one a line. Ends with 75 when the last round of one has failed."
      },
      mixinStandardHelpOptions = true)
  int status(
      @Mixin Place place,
      @Parameters(paramLabel = "JOB", arity = "0..*", description = "By name; all without one.")
          List<String> names) {
    return say(ask(place, FetchOperations.LIST, names));
  }

  @Command(
      name = "run",
      description = "Has jobs begin now, whenever they are due; all without a name.",
      mixinStandardHelpOptions = true)
  int run(
      @Mixin Place place,
      @Parameters(paramLabel = "JOB", arity = "0..*", description = "By name; all without one.")
          List<String> names) {
    Jobs unused = ask(place, FetchOperations.RUN, names);
    return 0;
  }

  private static Jobs ask(Place place, Operation<Which, Jobs> operation, List<String> names) {
    return place.described().ask(operation, new Which(names == null ? List.of() : names));
  }

  private int say(Jobs jobs) {
    PrintWriter out = spec.commandLine().getOut();
    jobs.jobs().forEach(job -> out.println(line(job)));
    out.flush();
    return jobs.jobs().stream().anyMatch(job -> job.failures() > 0) ? FAILING : 0;
  }

  private static String line(FetchJobs.Status job) {
    return job.name()
        + " "
        + job.state()
        + (job.failures() > 0 ? " failures=" + job.failures() : "")
        + " fetched="
        + job.fetched()
        + (job.last().isEmpty() ? "" : " last=" + job.last())
        + (job.next().isEmpty() ? "" : " next=" + job.next())
        + (job.result().isEmpty() ? "" : ": " + job.result());
  }
}
