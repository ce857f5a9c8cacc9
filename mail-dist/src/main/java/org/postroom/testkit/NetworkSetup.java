package org.postroom.testkit;

import java.util.LinkedHashMap;
import java.util.Map;
import org.postroom.core.address.Domain;

/**
 * Which servers a test's network has; made by {@link TestNetwork#with}. Each call of {@link #start}
 * makes another network.
 */
public final class NetworkSetup {
  final Map<String, MailSetup> servers = new LinkedHashMap<>();
  final StringBuilder records = new StringBuilder();
  boolean isFrozen;

  NetworkSetup() {}

  /** A server for a domain of which every address is somebody, with everybody's password. */
  public NetworkSetup server(String domain) {
    return server(domain, TestMail.with());
  }

  /**
   * A server for a domain, as {@code setup} has it: with {@link MailSetup#strict} nobody is there
   * but those whom it names, and nobody sends to other domains without logging in.
   *
   * @throws IllegalArgumentException when the domain has one already, or is none
   */
  public NetworkSetup server(String domain, MailSetup setup) {
    if (servers.putIfAbsent(Domain.of(domain).name(), setup) != null) {
      throw new IllegalArgumentException(domain + " has a server already");
    }
    return this;
  }

  /** More of the DNS, as {@link TestNames#put} reads it; it stands above the network's own. */
  public NetworkSetup records(String... lines) {
    for (String line : lines) {
      records.append(line).append('\n');
    }
    return this;
  }

  /** Time stands until the test lets it pass. */
  public NetworkSetup frozen() {
    isFrozen = true;
    return this;
  }

  /** Starts all servers. */
  public TestNetwork start() {
    return new TestNetwork(this);
  }
}
