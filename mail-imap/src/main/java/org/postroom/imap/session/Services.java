package org.postroom.imap.session;

import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.Staging;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.session.LogIns;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.TlsContext;

/**
 * What sessions work with.
 *
 * @param logIns how clients log in, together with those of the other protocols
 * @param tls keys for STARTTLS, asked each time so that a reload takes effect
 * @param disabledCapabilities never advertised, in upper case
 */
public record Services(
    MailStore store,
    LogIns logIns,
    Staging staging,
    Timers timers,
    Clock clock,
    Supplier<Optional<TlsContext>> tls,
    Set<String> disabledCapabilities,
    ImapLimits limits,
    Logins sessions,
    MailLog log) {

  public Services {
    disabledCapabilities = Set.copyOf(disabledCapabilities);
  }
}
