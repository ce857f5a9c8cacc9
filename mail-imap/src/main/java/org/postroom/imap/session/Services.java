package org.postroom.imap.session;

import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.arrival.Staging;
import org.postroom.core.config.Settings;
import org.postroom.core.log.MailLog;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.session.LogIns;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.TlsContext;

/**
 * What sessions work with that began under the same generation.
 *
 * @param settings what the listener obeys
 * @param logIns how clients log in, together with those of the other protocols
 * @param tls keys for STARTTLS; empty while there are none, and it is then not advertised
 * @param disabledCapabilities never advertised, in upper case
 */
public record Services(
    Settings settings,
    MailStore store,
    LogIns logIns,
    Staging staging,
    Timers timers,
    Clock clock,
    Optional<TlsContext> tls,
    Set<String> disabledCapabilities,
    Logins sessions,
    MailLog log) {

  public Services {
    disabledCapabilities = Set.copyOf(disabledCapabilities);
  }
}
