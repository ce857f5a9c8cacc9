package org.postroom.pop3.session;

/** Where a session is (RFC 1939, 3). What a command needs is the type of its state. */
public sealed interface Pop3State permits Authorization, Transaction {}
