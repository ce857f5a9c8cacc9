package org.postroom.smtp.client.tls;

import java.util.Optional;
import org.postroom.core.config.Settings;
import org.postroom.core.log.MailLog;
import org.postroom.core.wire.TlsSession;

/** Notes in the log on what we have agreed with servers, where {@code smtp_tls_loglevel} asks. */
public final class HandshakeLog {
  private final Optional<MailLog> log;
  private final PeerCheck peers;

  private HandshakeLog(Optional<MailLog> log, PeerCheck peers) {
    this.log = log;
    this.peers = peers;
  }

  /**
   * As settings have it.
   *
   * @param service who says it: {@code smtp} or {@code lmtp}
   */
  public static HandshakeLog of(Settings settings, String service, PeerCheck peers) {
    return new HandshakeLog(
        settings.get(TlsParams.LOG_LEVEL) > 0
            ? Optional.of(new MailLog(service))
            : Optional.empty(),
        peers);
  }

  /**
   * There was a handshake.
   *
   * @param policy for the server
   * @param fault what is wrong with it by that policy
   * @param server as the log has it
   */
  public void shaken(TlsPolicy policy, Optional<String> fault, TlsSession session, String server) {
    log.ifPresent(
        lines ->
            lines.handshake(
                peers.trust(policy, session.peerCertificates(), fault),
                server,
                session.protocol(),
                session.cipher(),
                session.bits()));
  }
}
