package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Domain;
import org.postroom.core.json.Json;
import org.postroom.core.report.BadConfiguration;
import org.postroom.dist.applet.doctor.Doctor;
import org.postroom.dist.applet.doctor.Finding;
import org.postroom.dist.applet.doctor.Level;
import org.postroom.dist.applet.doctor.Machine;
import org.postroom.dist.applet.doctor.Site;
import org.postroom.dist.assembly.Checked;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postroom doctor}: why mail does not come or does not leave. */
@Command(
    name = "doctor",
    description =
        "Looks at what is around the server: listeners, names, the DNS of its domains, the way out,"
            + " certificate, disk. Says what is wrong, the likely cause first, and what to type."
            + " Changes nothing. Exit status: 0 good, 1 warnings, 2 problems.",
    mixinStandardHelpOptions = true)
public final class DoctorApplet implements Callable<Integer> {
  private static final int MOST_SECONDS = 300;

  @Mixin private Place place = new Place();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  @Option(names = "--offline", description = "Asks nobody on the network.")
  private boolean offline;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "12",
      description = "For all answers together; ${DEFAULT-VALUE} unless given.")
  private int timeout;

  @Option(
      names = "--elsewhere",
      paramLabel = "DOMAIN",
      defaultValue = "gmail.com",
      description =
          "Whose mail exchangers are connected to, to see whether mail can leave; nothing is said"
              + " to them. ${DEFAULT-VALUE} unless given.")
  private String elsewhere = "";

  @Parameters(
      arity = "0..*",
      paramLabel = "DOMAIN",
      description = "The domains to look at; those of the configuration unless given.")
  private List<String> domains = List.of();

  DoctorApplet() {}

  @Override
  public Integer call() {
    if (timeout < 1 || timeout > MOST_SECONDS) {
      throw new ParameterException(
          spec.commandLine(), "--timeout: expected 1 to " + MOST_SECONDS + " seconds");
    }
    List<Domain> named = domains.stream().map(text -> domain(spec.commandLine(), text)).toList();
    Domain away = domain(spec.commandLine(), elsewhere);
    List<Finding> findings = new ArrayList<>();
    try (Machine machine = new Machine()) {
      Checked checked = place.described().checked();
      findings.addAll(
          new Doctor(machine.world(checked.settings(), away, offline), Duration.ofSeconds(timeout))
              .examine(Site.of(checked), named));
    } catch (BadConfiguration e) {
      findings.addAll(Doctor.of(e));
    }
    return say(findings);
  }

  /** A domain that somebody has typed. */
  static Domain domain(CommandLine line, String text) {
    return Domain.parse(text)
        .orElseThrow(
            () ->
                new ParameterException(
                    line, "\"" + text + "\" is no domain; expected one such as example.org"));
  }

  private int say(List<Finding> findings) {
    PrintWriter out = spec.commandLine().getOut();
    int status = findings.stream().mapToInt(one -> one.level().status()).max().orElse(0);
    if (json) {
      Map<String, @Nullable Object> all = new LinkedHashMap<>();
      all.put("status", status);
      all.put("findings", findings.stream().map(Finding::toJson).toList());
      out.println(Json.text(all));
      return status;
    }
    findings.forEach(finding -> finding.lines().forEach(out::println));
    List<String> counts = new ArrayList<>();
    for (Level level : List.of(Level.PROBLEM, Level.WARNING, Level.UNKNOWN, Level.GOOD)) {
      long count = findings.stream().filter(one -> one.level() == level).count();
      counts.add(level.word() + ": " + count);
    }
    out.println(String.join(", ", counts));
    return status;
  }
}
