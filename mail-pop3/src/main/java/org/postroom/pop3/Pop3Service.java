package org.postroom.pop3;

import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.postroom.core.config.Settings;
import org.postroom.core.log.MailLog;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.session.LogIns;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.ListenerOptions;
import org.postroom.core.wire.Session;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.Wire;
import org.postroom.pop3.command.Pop3Commands;
import org.postroom.pop3.session.Logins;
import org.postroom.pop3.session.MaildropLocks;
import org.postroom.pop3.session.Pop3Command;
import org.postroom.pop3.session.Pop3Context;
import org.postroom.pop3.session.Pop3Limits;
import org.postroom.pop3.session.Pop3Session;

/**
 * POP3 (RFC 1939) over the INBOXes of a {@link MailStore}. Holds no thread and no socket of its
 * own: sessions live on the wire they were accepted on and end with it. One service for all
 * listeners, because it knows which maildrop is in use.
 */
public final class Pop3Service {
  private final Pop3Context context;
  private final Map<String, ? extends Pop3Command> commands = Pop3Commands.byVerb();
  private final int maxSessions;

  /**
   * A service.
   *
   * @param settings must hold {@link Pop3Params#ALL}
   * @param logIns shared with the other protocols
   * @param tls keys for STLS; empty while there are none, and it is then not advertised
   */
  public Pop3Service(
      Settings settings,
      MailStore store,
      LogIns logIns,
      Clock clock,
      Supplier<Optional<TlsContext>> tls) {
    this.context =
        new Pop3Context(
            settings.get(Pop3Params.GREETING),
            store,
            logIns,
            new MaildropLocks(
                Pop3Params.policy(settings.get(Pop3Params.LOCK_SESSION)),
                settings.get(Pop3Params.LOCK_SILENCE),
                clock),
            new Logins(),
            tls,
            clock,
            new MailLog("pop3"),
            limits(settings));
    this.maxSessions = settings.get(Pop3Params.MAX_SESSIONS);
  }

  private static Pop3Limits limits(Settings settings) {
    return new Pop3Limits(
        !settings.get(Pop3Params.DISABLE_PLAINTEXT_AUTH),
        settings.get(Pop3Params.LOGIN_TIMEOUT),
        settings.get(Pop3Params.LOGIN_TOTAL_TIMEOUT),
        settings.get(Pop3Params.IDLE_TIMEOUT),
        settings.get(Pop3Params.FAILED_LOGINS),
        settings.get(Pop3Params.USERIP_CONNECTIONS),
        settings.get(Pop3Params.LOCK_WAIT),
        !settings.get(Pop3Params.NO_FLAG_UPDATES),
        settings.get(Pop3Params.HIDE_IMAP_DELETED));
  }

  /**
   * Begins to listen.
   *
   * @param name for log lines: {@code pop3} or {@code pop3s}
   * @param implicitTls present for POP3S (RFC 8314, 3.3)
   */
  public Listener listen(
      Wire wire, String name, InetSocketAddress address, Optional<TlsContext> implicitTls) {
    return wire.listen(
        new ListenerOptions(
            name,
            address,
            implicitTls,
            maxSessions,
            Pop3Session.MAX_LINE,
            context.limits().loginStep(),
            "-ERR [SYS/TEMP] " + Pop3Session.TOO_MANY + "\r\n"),
        this::session);
  }

  /** The session of a connection that was just accepted. */
  public Session session(Connection connection) {
    return new Pop3Session(context, connection, commands);
  }
}
