package org.postroom.smtp.client;

import java.util.List;
import java.util.function.Supplier;
import org.postroom.core.config.Settings;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.smtp.client.https.Https;
import org.postroom.smtp.client.sts.StsPolicies;
import org.postroom.smtp.client.sts.StsSource;
import org.postroom.smtp.client.tls.PeerCheck;
import org.postroom.smtp.client.tls.PolicySource;
import org.postroom.smtp.client.tlsrpt.SessionCounts;
import org.postroom.smtp.client.tlsrpt.TlsReports;

/**
 * What all transports of one server have in common, over its generations: what other domains say of
 * TLS to their hosts and want to hear of it, and what the postmaster hears of servers.
 *
 * @param policies that domains have published
 * @param reports to them
 * @param notices to him
 */
public record SharedByTransports(StsPolicies policies, TlsReports reports, ServerNotices notices)
    implements AutoCloseable {

  /** Nothing is known yet but what the store has. */
  public static SharedByTransports of(Premises premises) {
    return new SharedByTransports(
        new StsPolicies(premises), new TlsReports(premises), new ServerNotices(premises));
  }

  /** The policies that settings have us obey, found by {@code https}. */
  List<PolicySource> sources(Settings settings, Https https) {
    return StsSource.of(settings, policies, reports, https);
  }

  /** What is counted for reports, where settings want any. */
  SessionCounts counts(Settings settings, PeerCheck peers, Https https) {
    return SessionCounts.of(settings, reports, peers, https);
  }

  /** The server runs; mail goes by what is current. */
  public void running(Supplier<Generation> current) {
    policies.running(current);
    reports.running(current);
    notices.running(current);
  }

  @Override
  public void close() {
    policies.close();
    reports.close();
  }
}
