package org.postroom.core.wire;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * How to connect.
 *
 * @param timeout for the TCP connection, and the first deadline of the session
 * @param bind the source address, when it matters
 * @param maxLine octets without a line end after which {@link Session#ready} is called all the same
 */
public record ConnectOptions(Duration timeout, Optional<InetAddress> bind, int maxLine) {}
