package org.postroom.dist.applet;

import java.util.concurrent.Callable;
import org.postroom.dist.ServerBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code postroom check}: reads the configuration as a start would, and changes nothing. */
@Command(
    name = "check",
    description = "Reads the configuration as a start would, and says what is wrong with it.",
    mixinStandardHelpOptions = true)
public final class CheckApplet implements Callable<Integer> {
  @Mixin private Place place = new Place();
  @Spec private CommandSpec spec = CommandSpec.create();

  CheckApplet() {}

  @Override
  public Integer call() {
    ServerBuilder.Checked checked = place.builder().check();
    checked.warnings().forEach(spec.commandLine().getErr()::println);
    spec.commandLine().getOut().println("The configuration is good.");
    return 0;
  }
}
