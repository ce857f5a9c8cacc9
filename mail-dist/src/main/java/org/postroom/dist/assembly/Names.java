package org.postroom.dist.assembly;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.postroom.core.config.Listing;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.MasterCf;
import org.postroom.core.policy.PolicyParams;
import org.postroom.dist.config.ServicePlan;

/** Names that a configuration may have. */
public final class Names {
  private Names() {}

  /** Defaults that depend on the machine, and on where the file lies. */
  public static Map<String, String> ofTheMachine(Path folder) {
    return Map.of(
        PolicyParams.MYHOSTNAME.name(),
        OsHost.name(),
        "config_directory",
        folder.toAbsolutePath().toString().replace("$", "$$"));
  }

  /**
   * Every name that a file may have for a server with the usual parts, and what one says; nothing
   * is judged.
   *
   * @param folder where it lies
   * @param said of each name the last word
   * @param services of the master.cf beside it
   */
  public static Listing listing(Path folder, Collection<MainCf.Entry> said, MasterCf services) {
    return new Listing(
        List.of(Parts.standard().params()),
        ofTheMachine(folder),
        said,
        services,
        ServicePlan.transports(services));
  }
}
