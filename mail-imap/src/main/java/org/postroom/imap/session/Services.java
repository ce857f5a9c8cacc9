package org.postroom.imap.session;

import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.postroom.core.auth.Accounts;
import org.postroom.core.mail.Staging;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.TlsContext;

/**
 * What sessions work with.
 *
 * @param random for nonces: cryptographically strong
 * @param tls keys for STARTTLS, asked each time so that a reload takes effect
 * @param disabledCapabilities never advertised, in upper case
 */
public record Services(
    MailStore store,
    Accounts accounts,
    Staging staging,
    Timers timers,
    Clock clock,
    RandomGenerator random,
    Supplier<Optional<TlsContext>> tls,
    Set<String> disabledCapabilities,
    ImapLimits limits,
    Logins logins) {

  public Services {
    disabledCapabilities = Set.copyOf(disabledCapabilities);
  }
}
