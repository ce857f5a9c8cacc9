package org.postroom.dist.applet.doctor;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;

/**
 * All that is around a server and can be asked.
 *
 * @param names the DNS
 * @param reach the network
 * @param disk how much room there is
 * @param roots the authorities that everybody trusts
 * @param clock by which certificates end
 * @param elsewhere a domain of somebody else's with mail exchangers that always run
 * @param offline whether nobody on the network is to be asked
 */
public record World(
    Resolver names,
    Reach reach,
    Disk disk,
    List<X509Certificate> roots,
    Clock clock,
    Domain elsewhere,
    boolean offline) {

  public World {
    roots = List.copyOf(roots);
  }

  /** How much room there is. */
  @FunctionalInterface
  public interface Disk {
    /** Octets that this user can still write where a folder is. */
    long usable(Path folder) throws IOException;
  }
}
