package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.postroom.core.address.Domain;
import org.postroom.core.json.Json;
import org.postroom.dist.applet.doctor.Finding;
import org.postroom.dist.applet.doctor.Machine;
import org.postroom.dist.applet.doctor.Site;
import org.postroom.dist.applet.doctor.Zone;
import org.postroom.dist.applet.doctor.ZoneCheck;
import org.postroom.dist.assembly.Checked;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postroom dns}: the records that a domain needs, and which of them are there. */
@Command(
    name = "dns",
    description = "The records of the DNS that a domain needs for this server.",
    mixinStandardHelpOptions = true,
    subcommands = {DnsApplet.ZoneApplet.class, DnsApplet.ZoneCheckApplet.class})
public final class DnsApplet implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofSeconds(12);

  @Spec private CommandSpec spec = CommandSpec.create();

  DnsApplet() {}

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "expected zone or check");
  }

  /** Prints. */
  @Command(
      name = "zone",
      description = "Prints the lines for a zone's file, as BIND reads it.",
      mixinStandardHelpOptions = true)
  static final class ZoneApplet implements Callable<Integer> {
    @Mixin private Place place = new Place();
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DOMAIN", description = "Whose mail the server takes and sends.")
    private String domain = "";

    ZoneApplet() {}

    @Override
    public Integer call() {
      Zone zone = zone(spec, Site.of(place.described().checked()), domain);
      zone.text().forEach(spec.commandLine().getOut()::println);
      return 0;
    }
  }

  /** Compares. */
  @Command(
      name = "check",
      description =
          "Says of each of these lines whether the DNS has it. Exit status: 0 where all are there,"
              + " 1 where some are missing or different.",
      mixinStandardHelpOptions = true)
  static final class ZoneCheckApplet implements Callable<Integer> {
    @Mixin private Place place = new Place();
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Parameters(paramLabel = "DOMAIN", description = "Whose mail the server takes and sends.")
    private String domain = "";

    ZoneCheckApplet() {}

    @Override
    public Integer call() {
      Checked checked = place.described().checked();
      Zone zone = zone(spec, Site.of(checked), domain);
      List<Finding> findings;
      try (Machine machine = new Machine()) {
        findings =
            new ZoneCheck(machine.world(checked.settings(), Domain.of(domain), false), LIMIT)
                .compare(zone);
      }
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        out.println(Json.text(findings.stream().map(Finding::toJson).toList()));
      } else {
        findings.forEach(finding -> finding.lines().forEach(out::println));
      }
      return findings.stream().mapToInt(one -> one.level().status()).max().orElse(0);
    }
  }

  private static Zone zone(CommandSpec spec, Site site, String domain) {
    try {
      return Zone.of(site, DoctorApplet.domain(spec.commandLine(), domain));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }
}
