package org.postroom.core.quota;

/**
 * An account holds so much now that its owner is to be told.
 *
 * @param login what the account is called
 * @param warning which mark it has passed
 * @param use what it holds now, and may hold
 */
public record QuotaPassed(String login, QuotaWarning warning, QuotaUse use) {}
