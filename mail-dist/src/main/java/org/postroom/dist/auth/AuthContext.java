package org.postroom.dist.auth;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Clock;
import org.postroom.core.config.Settings;
import org.postroom.core.log.MailLog;
import org.postroom.core.session.LogIns;

/**
 * What sessions share that began under the same generation.
 *
 * @param settings what the listener obeys
 * @param unguessable for cookies
 */
record AuthContext(
    Settings settings, LogIns logIns, SecureRandom unguessable, Clock clock, MailLog log) {

  /** Whether clients of who has this address may log in. */
  boolean isServer(InetAddress address) {
    return settings.get(AuthServerParams.SERVERS).stream().anyMatch(one -> one.contains(address));
  }
}
