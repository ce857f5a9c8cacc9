package org.postroom.core.wire;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * How to listen.
 *
 * @param name for log lines and metrics: {@code smtp}, {@code imaps} …
 * @param address where; port 0 takes a free one
 * @param implicitTls when present, the handshake comes before everything else (RFC 8314)
 * @param maxSessions further connections are answered by {@code refusal} and closed
 * @param maxLine the {@link Connection#lineLimit} until the session sets one
 * @param firstDeadline the deadline until the session sets one, TLS handshake included
 * @param refusal what a client hears when there are too many sessions, line end included
 */
public record ListenerOptions(
    String name,
    InetSocketAddress address,
    Optional<TlsContext> implicitTls,
    int maxSessions,
    int maxLine,
    Duration firstDeadline,
    String refusal) {}
