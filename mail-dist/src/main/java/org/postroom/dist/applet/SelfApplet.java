package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.postroom.core.json.Json;
import org.postroom.dist.applet.doctor.Firewall;
import org.postroom.dist.applet.doctor.Self;
import org.postroom.dist.applet.doctor.Site;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code postroom self}: who a server is, by its configuration and on this machine. */
@Command(
    name = "self",
    description =
        "Says who the server is: host name and how it was found, domains, addresses, storage.",
    mixinStandardHelpOptions = true)
public final class SelfApplet implements Callable<Integer> {
  @Mixin private Place place = new Place();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  @Option(
      names = "--nft",
      description =
          "Prints rules for a firewall instead, in the form of nft(8): the ports that others are to"
              + " reach.")
  private boolean nft;

  SelfApplet() {}

  @Override
  public Integer call() {
    Site site = Site.of(place.described().checked());
    PrintWriter out = spec.commandLine().getOut();
    if (nft) {
      Firewall.rules(site).forEach(out::println);
      return 0;
    }
    Self self = Self.of(site, place.configuration());
    if (json) {
      out.println(Json.text(self.toJson()));
    } else {
      self.lines().forEach(out::println);
    }
    return 0;
  }
}
