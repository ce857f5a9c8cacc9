package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.postroom.core.json.Json;
import org.postroom.dist.control.Records;
import org.postroom.dist.operation.Operation.Nothing;
import org.postroom.dist.operation.Status.Listening;
import org.postroom.dist.operation.StatusOperation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code postroom listen}: where the server that runs listens, for what, and since when. */
@Command(
    name = "listen",
    description =
        "Says where the server that runs listens: service, address, port, role, whether TLS comes"
            + " first, and since when.",
    mixinStandardHelpOptions = true)
public final class ListenApplet implements Callable<Integer> {
  @Mixin private Place place = new Place();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--json", description = "An object of JSON a line.")
  private boolean json;

  ListenApplet() {}

  @Override
  public Integer call() {
    List<Listening> listeners =
        place.described().ask(StatusOperation.STATUS, new Nothing()).listeners();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      listeners.forEach(one -> out.println(new String(Json.write(Records.toJson(one)), UTF_8)));
      return 0;
    }
    out.println(row("SERVICE", "ADDRESS", "PORT", "ROLE", "TLS", "SINCE"));
    for (Listening one : listeners) {
      String port = one.port() == 0 ? "-" : "" + one.port();
      String tls = one.implicitTls() ? "first" : "-";
      out.println(row(one.service(), one.address(), port, one.role(), tls, one.since()));
    }
    if (!listeners.isEmpty() && listeners.stream().allMatch(ListenApplet::isOfThisMachine)) {
      out.println("Only this machine can connect: no other address is listened at.");
    }
    return 0;
  }

  private static String row(
      String service, String address, String port, String role, String tls, String since) {
    return String.format(
        Locale.ROOT, "%-12s %-24s %5s  %-12s %-5s  %s", service, address, port, role, tls, since);
  }

  private static boolean isOfThisMachine(Listening one) {
    try {
      return one.port() == 0 || InetAddress.getByName(one.address()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false; // an address is no name
    }
  }
}
