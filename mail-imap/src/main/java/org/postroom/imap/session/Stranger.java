package org.postroom.imap.session;

/** Nobody is logged in yet. */
public record Stranger(Client client) {}
