package org.postroom.pop3.session;

/** Logged in, with a maildrop. */
public record Transaction(Maildrop maildrop) implements Pop3State {}
