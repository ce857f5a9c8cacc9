package org.postroom.dist.applet;

import java.util.concurrent.Callable;
import org.postroom.dist.answer.Reloaded;
import org.postroom.dist.operation.Operation.Nothing;
import org.postroom.dist.operation.ReloadOperation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code postroom reload}: has the server that runs obey its configuration as it is now. */
@Command(
    name = "reload",
    description = "Has the server that runs read its configuration and certificates again.",
    mixinStandardHelpOptions = true)
public final class ReloadApplet implements Callable<Integer> {
  @Mixin private Place place = new Place();
  @Spec private CommandSpec spec = CommandSpec.create();

  ReloadApplet() {}

  @Override
  public Integer call() {
    Reloaded reloaded = place.described().ask(ReloadOperation.RELOAD, new Nothing());
    reloaded.warnings().forEach(spec.commandLine().getErr()::println);
    spec.commandLine().getOut().println("Generation " + reloaded.generation() + " is in effect.");
    return 0;
  }
}
