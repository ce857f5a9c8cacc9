package org.postroom.smtp.client;

import org.postroom.core.wire.Connection;

/** A connection with what is known about its far side. */
record OpenConnection(
    Target target, Connection connection, ClientSession session, Conversation conversation) {}
