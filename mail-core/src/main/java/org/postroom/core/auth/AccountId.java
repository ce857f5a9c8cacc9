package org.postroom.core.auth;

/** What an account is called inside the store; never reused. */
public record AccountId(int value) {}
