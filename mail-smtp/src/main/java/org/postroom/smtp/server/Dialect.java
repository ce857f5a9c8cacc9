package org.postroom.smtp.server;

import org.postroom.core.address.Domain;
import org.postroom.smtp.protocol.Offer;

/**
 * What the grammar depends on in a session.
 *
 * @param offer what EHLO offered to this client; nothing after HELO
 * @param own what an address without a domain belongs to
 */
public record Dialect(Offer offer, Domain own) {}
