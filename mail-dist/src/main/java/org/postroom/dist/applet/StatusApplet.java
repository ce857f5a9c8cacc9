package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.postroom.core.json.Json;
import org.postroom.dist.control.Records;
import org.postroom.dist.operation.Operation.Nothing;
import org.postroom.dist.operation.Status;
import org.postroom.dist.operation.Status.Listening;
import org.postroom.dist.operation.StatusOperation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code postroom status}: what the server that runs is, and where it listens. */
@Command(
    name = "status",
    description = "Says what the server that runs is, and where it listens.",
    mixinStandardHelpOptions = true)
public final class StatusApplet implements Callable<Integer> {
  @Mixin private Place place = new Place();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  StatusApplet() {}

  @Override
  public Integer call() {
    Status status = place.described().ask(StatusOperation.STATUS, new Nothing());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.text(Records.toJson(status)));
      return 0;
    }
    out.println(
        "Postroom "
            + status.version()
            + " runs as process "
            + status.process()
            + "; generation "
            + status.generation()
            + " of its configuration is in effect.");
    for (Listening one : status.listeners()) {
      String port = one.port() == 0 ? "" : " port " + one.port();
      out.println(one.service() + " " + one.address() + port);
    }
    return 0;
  }
}
