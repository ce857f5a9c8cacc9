package org.postroom.pop3;

import java.net.SocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.log.MailLog;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.part.FirstHandshake;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Service;
import org.postroom.core.part.Welcome;
import org.postroom.core.session.Callers;
import org.postroom.core.session.LogIns;
import org.postroom.core.wire.ListenerOptions;
import org.postroom.core.wire.TlsContext;
import org.postroom.pop3.command.Pop3Commands;
import org.postroom.pop3.param.LockPolicy;
import org.postroom.pop3.param.Pop3Params;
import org.postroom.pop3.session.Logins;
import org.postroom.pop3.session.MaildropLocks;
import org.postroom.pop3.session.Pop3Context;
import org.postroom.pop3.session.Pop3Session;

/**
 * POP3 (RFC 1939) over the INBOXes of a {@link MailStore}. Holds no thread and no socket of its
 * own: sessions live on the wire they were accepted on and end with it. One service for all
 * listeners and generations, because it knows which maildrop is in use.
 */
final class Pop3Service implements Service {
  private final MailStore store;
  private final Clock clock;
  private final MaildropLocks locks;
  private final Logins sessions = new Logins();

  Pop3Service(MailStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
    this.locks = new MaildropLocks(LockPolicy.STRICT, Duration.ZERO, clock);
  }

  @Override
  public Welcome welcome(
      Door door, SocketAddress address, Settings settings, Generation generation) {
    return welcome(door, address, settings, generation.logIns(), generation.tls());
  }

  /**
   * How clients are received.
   *
   * @param settings must hold {@link Pop3Params#ALL}
   * @param logIns shared with the other protocols
   * @param tls keys for STLS; empty while there are none, and it is then not advertised
   */
  Welcome welcome(
      Door door,
      SocketAddress address,
      Settings settings,
      LogIns logIns,
      Optional<TlsContext> tls) {
    Pop3Context context =
        new Pop3Context(
            settings,
            store,
            logIns,
            locks.obeying(Pop3Params.lockPolicy(settings), settings.get(Pop3Params.LOCK_SILENCE)),
            sessions,
            tls,
            clock,
            new MailLog("pop3-login"));
    return new Welcome(
        new ListenerOptions(
                door.name(),
                address,
                FirstHandshake.at(door, tls),
                settings.get(Pop3Params.MAX_SESSIONS),
                Pop3Session.MAX_LINE,
                settings.get(Pop3Params.LOGIN_TIMEOUT),
                "-ERR [SYS/TEMP] " + Pop3Session.TOO_MANY + "\r\n")
            .whenNoTls((client, reason) -> context.log().noTls(Callers.of(client), reason)),
        connection -> new Pop3Session(context, connection, Pop3Commands.ALL));
  }
}
