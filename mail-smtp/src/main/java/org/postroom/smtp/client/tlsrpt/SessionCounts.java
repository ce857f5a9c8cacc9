package org.postroom.smtp.client.tlsrpt;

import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.NextHop;
import org.postroom.smtp.client.https.Https;
import org.postroom.smtp.client.tls.HostPolicies;
import org.postroom.smtp.client.tls.HostPolicies.Judgement;
import org.postroom.smtp.client.tls.PeerCheck;
import org.postroom.smtp.client.tls.TlsPolicy;

/**
 * What a transport tells of its TLS sessions, so that domains can be reported to. Nothing is
 * counted where settings want no reports, nor for next hops in brackets: those are nobody's mail
 * exchangers.
 */
public final class SessionCounts {
  private final Optional<TlsReports> reports;
  private final boolean enabled;
  private final PeerCheck peers;

  private SessionCounts(Optional<TlsReports> reports, boolean enabled, PeerCheck peers) {
    this.reports = reports;
    this.enabled = enabled;
    this.peers = peers;
  }

  /**
   * Those of a transport with these settings.
   *
   * @param https by which reports may be sent
   */
  public static SessionCounts of(
      Settings settings, TlsReports reports, PeerCheck peers, Https https) {
    boolean enabled = settings.get(TlsrptParams.ENABLE);
    if (enabled) {
      reports.by(https);
    }
    return new SessionCounts(Optional.of(reports), enabled, peers);
  }

  /** Nothing is counted, and nobody asks for it. */
  public static SessionCounts none(PeerCheck peers) {
    return new SessionCounts(Optional.empty(), false, peers);
  }

  /**
   * Where reports on sessions with a next hop go, and what was counted, for people. Nobody is gone
   * to; what has to be looked up is waited for elsewhere.
   *
   * @return a line; empty where nobody asks for reports. Never completes exceptionally
   */
  public CompletionStage<Optional<String>> about(NextHop hop) {
    return reports
        .filter(some -> isOfADomain(hop))
        .map(some -> some.about(Domain.of(hop.host()), enabled))
        .orElseGet(() -> CompletableFuture.completedStage(Optional.empty()));
  }

  /**
   * A connection to a host.
   *
   * @param policies that the host was chosen by
   * @param from our address
   * @param to its address; null where it has none
   */
  public record Connected(
      NextHop hop,
      HostPolicies policies,
      String host,
      @Nullable InetAddress from,
      @Nullable InetAddress to) {

    private Failure failure(String result, String reason) {
      return new Failure(result, text(from), host, text(to), reason);
    }

    private static String text(@Nullable InetAddress address) {
      return address == null ? "" : IpLiteral.written(address);
    }
  }

  /** The host did not offer TLS, or refused to begin. */
  public void noStartTls(Connected with) {
    count(with, Optional.of(with.failure("starttls-not-supported", "")));
  }

  /** There was no agreement. */
  public void noHandshake(Connected with, String reason) {
    count(with, Optional.of(with.failure("validation-failure", reason)));
  }

  /**
   * There was a handshake. Whether it counts as a success goes by what the domain has published,
   * also where mail goes all the same.
   *
   * @param obeyed what was held against the host
   * @param chain that it has shown
   */
  public void shaken(Connected with, TlsPolicy obeyed, List<X509Certificate> chain) {
    if (!enabled) {
      return;
    }
    Judgement wanted = with.policies().tested(with.host(), new Judgement.Go(obeyed));
    if (wanted instanceof Judgement.Go go) {
      Optional<String> fault = peers.fault(go.policy(), chain, with.hop(), with.host());
      count(
          with,
          fault.map(
              reason -> with.failure(PeerCheck.kind(go.policy(), chain, with.host()), reason)));
    } else {
      count(
          with,
          Optional.of(with.failure("validation-failure", ((Judgement.Skip) wanted).reason())));
    }
  }

  private void count(Connected with, Optional<Failure> failure) {
    NextHop hop = with.hop();
    if (enabled && isOfADomain(hop)) {
      reports.ifPresent(
          some -> some.count(Domain.of(hop.host()), with.policies().published(), failure));
    }
  }

  private static boolean isOfADomain(NextHop hop) {
    return !hop.literal() && hop.socket().isEmpty() && IpLiteral.parse(hop.host()).isEmpty();
  }
}
