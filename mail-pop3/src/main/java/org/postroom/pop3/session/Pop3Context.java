package org.postroom.pop3.session;

import java.time.Clock;
import java.util.Optional;
import org.postroom.core.config.Settings;
import org.postroom.core.log.MailLog;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.session.LogIns;
import org.postroom.core.wire.TlsContext;

/**
 * What sessions share that began under the same generation.
 *
 * @param settings what the listener obeys
 * @param logIns how clients log in, together with those of the other protocols
 * @param tls for STLS; empty while there is no certificate
 */
public record Pop3Context(
    Settings settings,
    MailStore store,
    LogIns logIns,
    MaildropLocks locks,
    Logins sessions,
    Optional<TlsContext> tls,
    Clock clock,
    MailLog log) {}
