package org.postroom.imap.session;

import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.LoginThrottle;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.Staging;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.TlsContext;

/**
 * What sessions work with.
 *
 * @param throttle says how long a wrong password is answered later
 * @param random for nonces: cryptographically strong
 * @param tls keys for STARTTLS, asked each time so that a reload takes effect
 * @param disabledCapabilities never advertised, in upper case
 */
public record Services(
    MailStore store,
    Accounts accounts,
    LoginThrottle throttle,
    Staging staging,
    Timers timers,
    Clock clock,
    RandomGenerator random,
    Supplier<Optional<TlsContext>> tls,
    Set<String> disabledCapabilities,
    ImapLimits limits,
    Logins logins,
    MailLog log) {

  public Services {
    disabledCapabilities = Set.copyOf(disabledCapabilities);
  }
}
