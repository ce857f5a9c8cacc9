package org.postroom.imap;

import java.net.SocketAddress;
import java.time.Clock;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.arrival.Staging;
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
import org.postroom.core.time.Timers;
import org.postroom.core.wire.ListenerOptions;
import org.postroom.core.wire.StrangerLimits;
import org.postroom.core.wire.TlsContext;
import org.postroom.imap.command.ImapCommands;
import org.postroom.imap.param.ImapParams;
import org.postroom.imap.session.ImapSession;
import org.postroom.imap.session.Logins;
import org.postroom.imap.session.Services;

/**
 * IMAP4rev1 (RFC 3501) over a {@link MailStore}. Holds no thread and no socket of its own: sessions
 * live on the wire they were accepted on and end with it. One service for all listeners and
 * generations, because it counts how often somebody is logged in.
 */
final class ImapService implements Service {
  private final MailStore store;
  private final Staging staging;
  private final Timers timers;
  private final Clock clock;
  private final Logins sessions = new Logins();

  /**
   * A service.
   *
   * @param staging where messages of APPEND lie while they arrive
   */
  ImapService(MailStore store, Staging staging, Timers timers, Clock clock) {
    this.store = store;
    this.staging = staging;
    this.timers = timers;
    this.clock = clock;
  }

  @Override
  public Welcome welcome(
      Door door, SocketAddress address, Settings settings, Generation generation) {
    return welcome(door, address, settings, generation.logIns(), generation.tls());
  }

  /** What is not advertised, in upper case. */
  private static Set<String> disabled(Settings settings) {
    Set<String> names = new HashSet<>();
    for (String name : settings.get(ImapParams.CAPABILITY_DISABLE)) {
      names.add(name.toUpperCase(Locale.ROOT));
    }
    return Set.copyOf(names);
  }

  /**
   * How clients are received.
   *
   * @param settings must hold {@link ImapParams#ALL}
   * @param logIns shared with the other protocols
   * @param tls keys for STARTTLS; empty while there are none, and it is then not advertised
   */
  Welcome welcome(
      Door door,
      SocketAddress address,
      Settings settings,
      LogIns logIns,
      Optional<TlsContext> tls) {
    Services services =
        new Services(
            settings,
            store,
            logIns,
            staging,
            timers,
            clock,
            tls,
            disabled(settings),
            sessions,
            new MailLog("imap-login"));
    return new Welcome(
        new ListenerOptions(
                door.name(),
                address,
                FirstHandshake.at(door, tls),
                settings.get(ImapParams.MAX_SESSIONS),
                StrangerLimits.LONGEST_LINE,
                settings.get(ImapParams.LOGIN_TIMEOUT),
                "* BYE [LIMIT] " + ImapSession.TOO_MANY + "\r\n")
            .whenNoTls((client, reason) -> services.log().noTls(Callers.of(client), reason)),
        connection -> new ImapSession(services, ImapCommands.ALL, connection));
  }
}
