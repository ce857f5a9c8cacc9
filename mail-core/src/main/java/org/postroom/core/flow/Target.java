package org.postroom.core.flow;

import org.postroom.core.mail.Recipient;

/**
 * One of those that a recipient of the envelope stands for, and where its copy goes.
 *
 * @param recipient with the address that it came to; its wishes are those of the one it stands for
 */
public record Target(Recipient recipient, Route route) {}
