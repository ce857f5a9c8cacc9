package org.postroom.smtp.client;

import java.util.function.Supplier;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.smtp.client.sts.StsPolicies;
import org.postroom.smtp.client.tlsrpt.TlsReports;

/**
 * What other domains say of TLS to their hosts, and want to hear of it: in one server, over all its
 * transports and generations.
 *
 * @param policies that they have published
 * @param reports to them
 */
public record OthersWishes(StsPolicies policies, TlsReports reports) implements AutoCloseable {

  /** Nothing is known yet but what the store has. */
  public static OthersWishes of(Premises premises) {
    return new OthersWishes(new StsPolicies(premises), new TlsReports(premises));
  }

  /** The server runs; mail goes by what is current. */
  public void running(Supplier<Generation> current) {
    policies.running(current);
    reports.running(current);
  }

  @Override
  public void close() {
    policies.close();
    reports.close();
  }
}
