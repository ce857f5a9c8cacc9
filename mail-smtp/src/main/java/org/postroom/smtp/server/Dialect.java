package org.postroom.smtp.server;

import org.postroom.smtp.protocol.Offer;

/**
 * What the grammar depends on in a session.
 *
 * @param offer what EHLO offered to this client; nothing after HELO
 */
public record Dialect(Offer offer) {}
