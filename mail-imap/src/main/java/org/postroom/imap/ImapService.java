package org.postroom.imap;

import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.postroom.core.config.Settings;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.Staging;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.session.LogIns;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.ListenerOptions;
import org.postroom.core.wire.Session;
import org.postroom.core.wire.StrangerLimits;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.Wire;
import org.postroom.imap.command.ImapCommands;
import org.postroom.imap.protocol.ReaderLimits;
import org.postroom.imap.session.CommandTable;
import org.postroom.imap.session.ImapLimits;
import org.postroom.imap.session.ImapSession;
import org.postroom.imap.session.Logins;
import org.postroom.imap.session.Services;

/**
 * IMAP4rev1 (RFC 3501) over a {@link MailStore}. Holds no thread and no socket of its own: sessions
 * live on the wire they were accepted on and end with it.
 */
public final class ImapService {
  private static final int MAX_LINE = 8192;

  /**
   * ID alone may be longer before log-in: thirty pairs of a thousand octets (RFC 2971, 3.3). The
   * wire charges for what of it is kept.
   */
  private static final int MAX_LONG_LINE = 80 * 1024;

  private final Services services;
  private final CommandTable commands = new ImapCommands();
  private final int maxSessions;

  /**
   * A service.
   *
   * @param settings must hold {@link ImapParams#ALL}
   * @param logIns shared with the other protocols
   * @param staging where messages of APPEND lie while they arrive
   * @param tls keys for STARTTLS; empty while there are none, and it is then not advertised
   */
  public ImapService(
      Settings settings,
      MailStore store,
      LogIns logIns,
      Staging staging,
      Timers timers,
      Clock clock,
      Supplier<Optional<TlsContext>> tls) {
    this.services =
        new Services(
            store,
            logIns,
            staging,
            timers,
            clock,
            tls,
            settings.get(ImapParams.CAPABILITY_DISABLE).stream()
                .map(name -> name.toUpperCase(Locale.ROOT))
                .collect(Collectors.toSet()),
            limits(settings),
            new Logins(),
            new MailLog("imap"));
    this.maxSessions = settings.get(ImapParams.MAX_SESSIONS);
  }

  private static ImapLimits limits(Settings settings) {
    long appendLimit = settings.get(ImapParams.APPEND_LIMIT);
    return new ImapLimits(
        new ReaderLimits(MAX_LONG_LINE, 1024, 1, MAX_LINE),
        new ReaderLimits(
            settings.get(ImapParams.MAX_LINE_LENGTH).intValue(),
            settings.get(ImapParams.MAX_STRING_LENGTH).intValue(),
            100,
            Math.max(2 * appendLimit, 64L << 20)),
        MAX_LINE,
        3,
        20,
        settings.get(ImapParams.FAILED_LOGINS),
        settings.get(ImapParams.LOGIN_TIMEOUT),
        settings.get(ImapParams.LOGIN_TOTAL_TIMEOUT),
        settings.get(ImapParams.AUTOLOGOUT),
        settings.get(ImapParams.STALL_TIMEOUT),
        settings.get(ImapParams.IDLE_NOTIFY_INTERVAL),
        appendLimit,
        settings.get(ImapParams.APPEND_MESSAGES),
        settings.get(ImapParams.USER_CONNECTIONS),
        settings.get(ImapParams.USERIP_CONNECTIONS),
        !settings.get(ImapParams.DISABLE_PLAINTEXT_AUTH));
  }

  /**
   * Begins to listen.
   *
   * @param name for log lines: {@code imap} or {@code imaps}
   * @param implicitTls present for IMAPS
   */
  public Listener listen(
      Wire wire, String name, InetSocketAddress address, Optional<TlsContext> implicitTls) {
    return wire.listen(
        new ListenerOptions(
            name,
            address,
            implicitTls,
            maxSessions,
            StrangerLimits.LONGEST_LINE,
            services.limits().loginWait(),
            "* BYE [LIMIT] " + ImapSession.TOO_MANY + "\r\n"),
        this::session);
  }

  /** The session of a connection that was just accepted. */
  public Session session(Connection connection) {
    return new ImapSession(services, commands, connection);
  }
}
