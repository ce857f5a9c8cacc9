package org.postroom.dist.auth;

import java.net.SocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.log.MailLog;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Service;
import org.postroom.core.part.Welcome;
import org.postroom.core.wire.ListenerOptions;

/** Receives servers that have their clients log in. Sessions live on the wire and end with it. */
final class AuthService implements Service {
  private final SecureRandom unguessable;
  private final Clock clock;
  private final AtomicInteger connections = new AtomicInteger();

  AuthService(SecureRandom unguessable, Clock clock) {
    this.unguessable = unguessable;
    this.clock = clock;
  }

  @Override
  public Welcome welcome(
      Door door, SocketAddress address, Settings settings, Generation generation) {
    AuthContext context =
        new AuthContext(
            settings, generation.logIns(), unguessable, clock, new MailLog(door.name()));
    return new Welcome(
        new ListenerOptions(
                door.name(),
                address,
                Optional.empty(),
                settings.get(AuthServerParams.MAX_SESSIONS),
                AuthSession.MAX_LINE,
                AuthSession.HANDSHAKE,
                "")
            .forStrangers(0, context::isServer),
        connection ->
            new AuthSession(context, connection, connections.incrementAndGet(), AuthCommands.ALL));
  }
}
