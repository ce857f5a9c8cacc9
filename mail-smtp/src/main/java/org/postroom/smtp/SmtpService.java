package org.postroom.smtp;

import java.net.SocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.Transport;
import org.postroom.core.door.Door;
import org.postroom.core.inquiry.Inquiry;
import org.postroom.core.log.MailLog;
import org.postroom.core.part.DryRun;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Outgoing;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;
import org.postroom.core.part.Welcome;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.service.PolicyServers;
import org.postroom.core.session.Callers;
import org.postroom.core.table.Tables;
import org.postroom.core.wire.ListenerOptions;
import org.postroom.core.wire.TlsContext;
import org.postroom.smtp.server.ClientLimits;
import org.postroom.smtp.server.Listening;
import org.postroom.smtp.server.Rehearsal;
import org.postroom.smtp.server.Role;
import org.postroom.smtp.server.Services;
import org.postroom.smtp.server.SmtpConversation;
import org.postroom.smtp.server.SmtpParams;
import org.postroom.smtp.server.SmtpSession;
import org.postroom.smtp.server.command.SmtpCommands;

/** SMTP in one server. What clients do is counted here, over all listeners and generations. */
final class SmtpService implements Service, AutoCloseable {
  private final Premises premises;
  private final ClientLimits limits;
  private final Inquiry inquiry;
  private final PolicyServers servers;
  private final SmtpTransports transports;

  SmtpService(Premises premises, Settings started) {
    this.premises = premises;
    this.limits = new ClientLimits(premises.clock(), started);
    this.inquiry = new Inquiry(premises.workers(), premises.timers());
    this.transports = new SmtpTransports(premises);
    this.servers =
        PolicyServers.open(
            premises.wire(), premises.resolver(), premises.timers(), premises.workers());
  }

  @Override
  public Map<String, Transport> transports(
      Outgoing outgoing, Policy policy, OwnAddresses own, Tables tables) {
    return transports.of(outgoing, policy, own, tables);
  }

  @Override
  public Welcome welcome(
      Door door, SocketAddress address, Settings settings, Generation generation) {
    Role role =
        Role.of(door).orElseThrow(() -> new IllegalArgumentException("no door of SMTP: " + door));
    return welcome(role, address, settings, services(generation));
  }

  @Override
  public Optional<DryRun> explain(
      Door door, Settings settings, Generation generation, DryRun.Asked asked) {
    return Role.of(door)
        .map(
            role ->
                new Rehearsal(
                        new Listening(role == Role.LMTP, role.over(settings), services(generation)),
                        asked)
                    .run());
  }

  @Override
  public void running(Supplier<Generation> current) {
    transports.running(current);
  }

  /** Policy servers are asked no more, policies not renewed, and what was counted is kept. */
  @Override
  public void close() {
    servers.close();
    transports.close();
  }

  private Services services(Generation generation) {
    return new Services(
        generation.number(),
        generation.policy(),
        premises.decisions(),
        generation.flow(),
        premises.accounts(),
        inquiry,
        generation.logIns(),
        premises.staging(),
        premises.commit()::newId,
        limits,
        premises.resolver(),
        servers,
        generation.tls(),
        new MailLog("smtpd"),
        premises.timers(),
        premises.clock(),
        premises.zone());
  }

  /**
   * How clients are received in a role, by what {@code services} are.
   *
   * @param settings of the listener, over which the role's defaults go
   */
  static Welcome welcome(Role role, SocketAddress address, Settings settings, Services services) {
    boolean lmtp = role == Role.LMTP;
    Settings own = role.over(settings);
    Listening calm = new Listening(lmtp, own, services);
    Listening stressed = new Listening(lmtp, own.underStress(), services);
    return new Welcome(
        new ListenerOptions(
                role.service(),
                address,
                implicit(role, own, services),
                own.get(SmtpParams.SESSIONS),
                own.get(SmtpParams.SASL_RESPONSE),
                own.get(SmtpParams.TIMEOUT),
                SmtpSession.tooMany(services.hostname()) + "\r\n")
            .forStrangers(own.get(SmtpParams.CLIENT_CONNECTIONS), services::exempts)
            .whenNoTls((client, reason) -> services.log().noTls(Callers.of(client), reason)),
        connection ->
            new SmtpConversation(
                connection,
                connection.isCrowded() ? stressed : calm,
                lmtp ? SmtpCommands.LMTP : SmtpCommands.ALL));
  }

  /** The keys for the handshake that comes first; empty where none does. */
  private static Optional<TlsContext> implicit(Role role, Settings settings, Services services) {
    if (!settings.get(SmtpParams.TLS_WRAPPERMODE)) {
      return Optional.empty();
    }
    if (services.tls().isEmpty()) {
      throw new IllegalStateException(
          "a listener for " + role.service() + " needs a certificate and its key");
    }
    return services.tls();
  }
}
