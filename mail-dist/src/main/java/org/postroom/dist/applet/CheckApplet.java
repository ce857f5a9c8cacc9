package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code postroom check}: reads the configuration as a start would, and changes nothing. */
@Command(
    name = "check",
    description = "Reads the configuration as a start would, and says what is wrong with it.",
    mixinStandardHelpOptions = true)
public final class CheckApplet implements Callable<Integer> {
  @Mixin private Place place = new Place();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--json",
      description = "Prints one JSON object: whether it is good, and every line of the report.")
  private boolean json;

  CheckApplet() {}

  @Override
  public Integer call() {
    Report report = place.builder().report();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(report.json());
      return report.isGood() ? 0 : Complaint.CONFIGURATION;
    }
    if (!report.isGood()) {
      throw new BadConfiguration(report);
    }
    report.said().forEach(spec.commandLine().getErr()::println);
    report.details().forEach(spec.commandLine().getErr()::println);
    out.println("The configuration is good.");
    return 0;
  }
}
