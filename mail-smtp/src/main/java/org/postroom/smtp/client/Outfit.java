package org.postroom.smtp.client;

import java.security.SecureRandom;
import java.time.Clock;
import org.postroom.core.dns.Resolver;
import org.postroom.core.log.MailLog;
import org.postroom.core.part.Premises;
import org.postroom.core.policy.Policy;
import org.postroom.core.queue.Watches;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Wire;
import org.postroom.smtp.client.tlsrpt.SessionCounts;
import org.postroom.smtp.protocol.Tracing;

/**
 * What all attempts of a transport have in common.
 *
 * @param finder of next hops' addresses
 * @param unchunked servers that cannot take chunks
 * @param random for nonces, which nobody may guess
 * @param counts hears of TLS sessions
 * @param notices says whether the postmaster hears of sessions
 * @param tracing has sessions written down
 * @param watches who is shown attempts
 */
record Outfit(
    Wire wire,
    SmtpClientOptions options,
    Security security,
    TargetFinder finder,
    Unchunked unchunked,
    SecureRandom random,
    Clock clock,
    SessionCounts counts,
    ServerNotices notices,
    Tracing tracing,
    Watches watches) {

  /** What is said on a connection to a target. */
  Exchange exchange(Connection connection, Target target) {
    return new Exchange(
        connection,
        new ServerTranscript(
            tracing.with(connection.id(), connection.remote().getAddress(), target::host),
            notices.wanted(),
            options.dialect().answersEach() ? "LMTP" : "SMTP",
            target),
        watches);
  }

  /**
   * That of a transport.
   *
   * @param service by whose name the log has it
   * @param names where next hops are looked up
   * @param shared what it has in common with others
   */
  static Outfit of(
      String service,
      SmtpClientOptions options,
      Security security,
      SessionCounts counts,
      Policy policy,
      Resolver names,
      Premises premises,
      SharedByTransports shared) {
    return new Outfit(
        premises.wire(),
        options,
        security,
        new TargetFinder(names, options, premises.random(), premises.timers()),
        new Unchunked(),
        premises.unguessable(),
        premises.clock(),
        counts,
        shared.notices(),
        Tracing.of(policy, new MailLog(service)),
        premises.watches());
  }
}
