package org.postroom.smtp.server;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.Entrance;
import org.postroom.core.flow.SessionNotices;
import org.postroom.core.mail.Origin;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.wire.Connection;
import org.postroom.smtp.protocol.Extension;
import org.postroom.smtp.protocol.PathSyntax;
import org.postroom.smtp.protocol.SmtpReply;
import org.postroom.smtp.protocol.Tracing;

/** One listener: its settings, and what follows from them for all of its sessions. */
public final class Listening {
  private final boolean lmtp;
  private final Settings settings;
  private final Services services;
  private final ForbiddenCommands forbidden;
  private final Set<String> discarded;
  private final Entrance entrance;
  private final PathSyntax pathSyntax;
  private final Tracing tracing;
  private final SessionNotices notices;

  /**
   * At a listener.
   *
   * @param lmtp whether LMTP is spoken there
   * @param settings its own
   */
  public Listening(boolean lmtp, Settings settings, Services services) {
    this.lmtp = lmtp;
    this.settings = settings;
    this.services = services;
    this.forbidden = new ForbiddenCommands(settings.get(SmtpParams.FORBIDDEN_COMMANDS));
    this.pathSyntax =
        new PathSyntax(
            settings.get(SmtpParams.STRICT_ENVELOPES), settings.get(SmtpParams.ALLOW_MIN_USER));
    this.tracing = Tracing.of(services.policy(), services.log());
    this.notices =
        SessionNotices.of(
            settings,
            services.policy(),
            services.flow(),
            services.staging(),
            services.clock(),
            services.zone());
    this.discarded = new HashSet<>();
    this.entrance =
        new Entrance(
            settings, services.hostname(), services.zone(), services.flow(), services.staging());
    settings
        .get(SmtpParams.DISCARD_EHLO)
        .forEach(keyword -> discarded.add(keyword.toUpperCase(Locale.ROOT)));
    if (!settings.get(SmtpParams.SMTPUTF8_ENABLE)) {
      discarded.add(Extension.SMTPUTF8.keyword());
    }
  }

  /** Whether LMTP is spoken: a reply for each recipient, and mail for mailboxes here only. */
  public boolean isLmtp() {
    return lmtp;
  }

  /** How mail comes in here. */
  Origin origin() {
    return isSubmission() ? Origin.SUBMISSION : lmtp ? Origin.LMTP : Origin.SMTP;
  }

  /**
   * Whether users hand in mail here, who must authenticate and use a sender that is theirs (RFC
   * 6409).
   */
  public boolean isSubmission() {
    return settings.get(SmtpParams.SUBMISSION);
  }

  /** How a reply is said here: where nothing fails for good, for now. */
  SmtpReply said(SmtpReply reply) {
    return settings.get(QueueParams.SOFT_BOUNCE) ? reply.forNow() : reply;
  }

  public Settings settings() {
    return settings;
  }

  public Services services() {
    return services;
  }

  /** Where the way of mails begins that come here. */
  Entrance entrance() {
    return entrance;
  }

  PathSyntax pathSyntax() {
    return pathSyntax;
  }

  /** Notes in the log what a handshake with a client has come to, where settings want it. */
  void noteHandshake(Connection connection, String client) {
    if (settings.get(SmtpParams.TLS_LOG_LEVEL) > 0) {
      connection
          .tls()
          .ifPresent(
              tls ->
                  services
                      .log()
                      .handshakeFrom(
                          connection.id(), client, tls.protocol(), tls.cipher(), tls.bits()));
    }
  }

  /** What is said in a session, for the postmaster and the log. */
  Transcript transcript(String id, InetAddress client, Supplier<String> name) {
    return new Transcript(notices, tracing.with(id, client, name));
  }

  ForbiddenCommands forbidden() {
    return forbidden;
  }

  /** Whether clients must use TLS for anything that matters. */
  public boolean demandsTls() {
    return settings.get(SmtpParams.TLS_LEVEL) == SmtpParams.TlsLevel.ENCRYPT;
  }

  /** Whether STARTTLS is there for a session that is in clear. */
  public boolean offersTls() {
    return !settings.get(SmtpParams.TLS_WRAPPERMODE)
        && settings.get(SmtpParams.TLS_LEVEL) != SmtpParams.TlsLevel.NONE
        && services.tls().isPresent();
  }

  /** Whether clients may log in here at all. */
  public boolean offersAuth() {
    return settings.get(SmtpParams.SASL_ENABLE);
  }

  /** Whether passwords are taken under TLS only. */
  public boolean authOnlyUnderTls() {
    return settings.get(SmtpParams.TLS_AUTH_ONLY) || demandsTls();
  }

  /** What EHLO may say of this: not what the administrator has left out. */
  List<String> offered(List<String> capabilities) {
    return discarded.isEmpty()
        ? capabilities
        : capabilities.stream().filter(this::mayOffer).toList();
  }

  private boolean mayOffer(String capability) {
    int space = capability.indexOf(' ');
    return !discarded.contains(space < 0 ? capability : capability.substring(0, space));
  }
}
