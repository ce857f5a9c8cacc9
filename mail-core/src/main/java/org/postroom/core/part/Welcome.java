package org.postroom.core.part;

import java.util.function.Function;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.ListenerOptions;
import org.postroom.core.wire.Session;

/**
 * How a door receives clients while a generation is in effect. Sessions that it has begun go by it
 * to their end.
 *
 * @param options where and within which limits
 * @param sessions makes the session of a connection that was just accepted
 */
public record Welcome(ListenerOptions options, Function<Connection, Session> sessions) {}
