package org.postroom.smtp.server;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.Completion;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Session;
import org.postroom.smtp.protocol.Extension;
import org.postroom.smtp.protocol.Offer;
import org.postroom.smtp.protocol.PathSyntax;

/** One listener: its settings, and what follows from them for all of its sessions. */
public final class Listening {
  private final Settings settings;
  private final Services services;
  private final CommandTable commands;
  private final ForbiddenCommands forbidden;
  private final Set<String> discarded;
  private final Completion completion;
  private final PathSyntax pathSyntax;

  public Listening(Settings settings, Services services, CommandTable commands) {
    this.settings = settings;
    this.services = services;
    this.commands = commands;
    this.forbidden = new ForbiddenCommands(settings.get(SmtpParams.FORBIDDEN_COMMANDS));
    this.pathSyntax =
        new PathSyntax(
            settings.get(SmtpParams.STRICT_ENVELOPES), settings.get(SmtpParams.ALLOW_MIN_USER));
    this.discarded = new HashSet<>();
    this.completion = new Completion(settings, services.hostname(), services.zone());
    settings
        .get(SmtpParams.DISCARD_EHLO)
        .forEach(keyword -> discarded.add(keyword.toUpperCase(Locale.ROOT)));
    if (!settings.get(SmtpParams.SMTPUTF8_ENABLE)) {
      discarded.add(Extension.SMTPUTF8.keyword());
    }
  }

  /** A session for a new connection. */
  public Session session(Connection connection) {
    return new SmtpSession(connection, this);
  }

  /**
   * Whether users hand in mail here, who must authenticate and use a sender that is theirs (RFC
   * 6409).
   */
  public boolean isSubmission() {
    return settings.get(SmtpParams.SUBMISSION);
  }

  public Settings settings() {
    return settings;
  }

  public Services services() {
    return services;
  }

  public CommandTable commands() {
    return commands;
  }

  /** Makes the headers of mails whole that come here. */
  Completion completion() {
    return completion;
  }

  PathSyntax pathSyntax() {
    return pathSyntax;
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

  /**
   * What EHLO answers.
   *
   * @param secure whether the session is under TLS
   * @param mechanisms what AUTH takes now; empty for no AUTH
   */
  public Offer offer(boolean secure, List<String> mechanisms) {
    Map<Extension, String> extensions = new EnumMap<>(Extension.class);
    extensions.put(Extension.PIPELINING, "");
    long size = settings.get(FlowParams.MESSAGE_SIZE);
    extensions.put(Extension.SIZE, size > 0 ? Long.toString(size) : "");
    if (!settings.get(SmtpParams.DISABLE_VRFY)) {
      extensions.put(Extension.VRFY, "");
    }
    if (!secure && offersTls()) {
      extensions.put(Extension.STARTTLS, "");
    }
    if (!mechanisms.isEmpty()) {
      extensions.put(Extension.AUTH, String.join(" ", mechanisms));
    }
    extensions.put(Extension.ENHANCEDSTATUSCODES, "");
    extensions.put(Extension.EIGHTBITMIME, "");
    extensions.put(Extension.DSN, "");
    extensions.put(Extension.SMTPUTF8, "");
    extensions.put(Extension.CHUNKING, "");
    extensions.keySet().removeIf(extension -> discarded.contains(extension.keyword()));
    return new Offer(extensions);
  }
}
