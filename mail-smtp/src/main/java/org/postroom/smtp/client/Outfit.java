package org.postroom.smtp.client;

import java.time.Clock;
import java.util.random.RandomGenerator;
import org.postroom.core.wire.Wire;
import org.postroom.smtp.client.tlsrpt.SessionCounts;

/**
 * What all attempts of a transport have in common.
 *
 * @param finder of next hops' addresses
 * @param unchunked servers that cannot take chunks
 * @param random for nonces
 * @param counts hears of TLS sessions
 */
record Outfit(
    Wire wire,
    SmtpClientOptions options,
    Security security,
    TargetFinder finder,
    Unchunked unchunked,
    RandomGenerator random,
    Clock clock,
    SessionCounts counts) {}
