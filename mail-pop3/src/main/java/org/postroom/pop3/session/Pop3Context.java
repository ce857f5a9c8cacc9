package org.postroom.pop3.session;

import java.time.Clock;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.LoginThrottle;
import org.postroom.core.log.MailLog;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.wire.TlsContext;

/**
 * What all sessions of a service share.
 *
 * @param greeting what stands behind the first {@code +OK}
 * @param throttle says how long a wrong password is answered later
 * @param random for nonces
 * @param tls for STLS; empty while there is no certificate
 */
public record Pop3Context(
    String greeting,
    MailStore store,
    Accounts accounts,
    LoginThrottle throttle,
    RandomGenerator random,
    MaildropLocks locks,
    Logins logins,
    Supplier<Optional<TlsContext>> tls,
    Clock clock,
    MailLog log,
    Pop3Limits limits) {}
