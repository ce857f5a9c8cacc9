package org.postroom.smtp.client;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.postroom.core.address.ReversePath;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.dns.Resolver;
import org.postroom.core.flow.NextHop;
import org.postroom.core.policy.Policy;
import org.postroom.core.table.Tables;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.TlsSession;
import org.postroom.smtp.client.sasl.LogIns;
import org.postroom.smtp.client.tls.ClientContexts;
import org.postroom.smtp.client.tls.HandshakeLog;
import org.postroom.smtp.client.tls.HostPolicies;
import org.postroom.smtp.client.tls.PeerCheck;
import org.postroom.smtp.client.tls.PolicySource;
import org.postroom.smtp.client.tls.RequireTlsLevel;
import org.postroom.smtp.client.tls.RequireTlsPolicy;
import org.postroom.smtp.client.tls.TlsPolicies;
import org.postroom.smtp.client.tls.TlsPolicy;

/**
 * How we protect mail that we send on.
 *
 * @param tls for handshakes, with anybody: who it is, {@code peers} looks at afterwards
 * @param policies how safe the hosts of a next hop must be reached
 * @param required how far they must do what REQUIRETLS asks for
 * @param peers whether a server is who it should be
 * @param logIns as whom we log in
 * @param log hears of handshakes
 */
record Security(
    ClientContexts tls,
    TlsPolicies policies,
    RequireTlsPolicy required,
    PeerCheck peers,
    LogIns logIns,
    HandshakeLog log) {

  /**
   * What settings ask for.
   *
   * @param service who protects it, as the log has it
   * @param names by DNSSEC, where settings ask for it
   * @throws org.postroom.core.report.BadConfiguration for what cannot be obeyed
   */
  static Security of(
      Settings settings, String service, Policy policy, Tables tables, Resolver names) {
    PeerCheck peers = PeerCheck.of(settings);
    return new Security(
        ClientContexts.of(settings),
        TlsPolicies.of(settings, tables, List.of(), names),
        RequireTlsPolicy.of(settings, tables),
        peers,
        LogIns.of(settings, policy.delimiter(), tables),
        HandshakeLog.of(settings, service, peers));
  }

  /**
   * By which way a mail goes to a next hop: how safe its hosts must be reached, as {@link
   * TlsPolicies#of} has it. A header gives up the safety of its own mail, and never that of our
   * log-in.
   *
   * @param sender in whose name, where log-ins depend on that
   */
  CompletionStage<Way> wayTo(NextHop hop, QueuedMail mail, ReversePath sender) {
    ReversePath inWhoseName = logIns.dependOnSender() ? sender : ReversePath.NULL;
    RequireTlsLevel requires =
        mail.traits().requiresTls() ? required.of(hop) : RequireTlsLevel.DISABLE;
    CompletionStage<HostPolicies> hosts =
        mail.traits().requiresTls()
            ? policies.required(hop, requires)
            : policies.of(hop, () -> logIns.none() && TlsRequired.isNo(mail.content()));
    return hosts.thenApply(tls -> new Way(hop, hop.written(), tls, requires, inWhoseName));
  }

  /** Whether the handshake comes before everything else. */
  boolean wrapped() {
    return policies.wrapped();
  }

  /** What we bring to a handshake with a target. */
  TlsContext contextFor(Target target) {
    return tls.of(target.tls());
  }

  /** The same where domains may also publish policies, over which what is known already goes. */
  Security hearing(List<PolicySource> sources) {
    return new Security(tls, policies.under(sources), required, peers, logIns, log);
  }

  /** What is wrong with who a target has shown to be; the log hears of it. */
  Optional<String> fault(TlsSession session, NextHop hop, Target target) {
    Optional<String> fault =
        peers.fault(target.tls(), session.peerCertificates(), hop, target.host());
    log.shaken(target.tls(), fault, session, target.toString());
    return fault;
  }

  /** Whether what is wrong can be the target's own fault, and not ours. */
  boolean canJudge(Target target) {
    return peers.canJudge(target.tls());
  }

  /** What is wrong with the certificate of a server of the web: those are believed like others. */
  Optional<String> fault(List<X509Certificate> chain, String host) {
    return peers.fault(TlsPolicy.VALID, chain, NextHop.parse("[" + host + "]", 443), host);
  }
}
