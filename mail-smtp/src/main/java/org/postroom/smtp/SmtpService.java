package org.postroom.smtp;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.postroom.core.config.Settings;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.ListenerOptions;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.Wire;
import org.postroom.smtp.server.Listening;
import org.postroom.smtp.server.Role;
import org.postroom.smtp.server.Services;
import org.postroom.smtp.server.SmtpParams;
import org.postroom.smtp.server.SmtpSession;
import org.postroom.smtp.server.command.SmtpCommands;

/**
 * The SMTP server: opens listeners, each in one role, for mail from other servers or from our own
 * users. Holds nothing itself; the listeners and the wire are closed by who owns them.
 */
public final class SmtpService {
  private final Wire wire;
  private final Services services;

  public SmtpService(Wire wire, Services services) {
    this.wire = wire;
    this.services = services;
  }

  /**
   * Listens.
   *
   * @param settings what this listener obeys; others may have other ones
   * @throws org.postroom.core.wire.WireFault when the address cannot be had
   * @throws IllegalStateException when the role needs TLS and there are no keys for it
   */
  public Listener listen(Role role, InetSocketAddress address, Settings settings) {
    Optional<TlsContext> implicit = Optional.empty();
    if (role.hasImplicitTls()) {
      implicit = services.tls().get();
      if (implicit.isEmpty()) {
        throw new IllegalStateException(
            "a listener for " + role.service() + " needs a certificate and its key");
      }
    }
    Listening calm = new Listening(role, settings, services, SmtpCommands.ALL);
    Listening stressed = new Listening(role, settings.underStress(), services, SmtpCommands.ALL);
    ListenerOptions options =
        new ListenerOptions(
            role.service(),
            address,
            implicit,
            settings.get(SmtpParams.SESSIONS),
            settings.get(SmtpParams.SASL_RESPONSE),
            settings.get(SmtpParams.TIMEOUT),
            SmtpSession.tooMany(services.hostname()) + "\r\n",
            settings.get(SmtpParams.CLIENT_CONNECTIONS),
            services::exempts);
    return wire.listen(
        options, connection -> (connection.isCrowded() ? stressed : calm).session(connection));
  }
}
