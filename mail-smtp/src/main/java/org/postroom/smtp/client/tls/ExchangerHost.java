package org.postroom.smtp.client.tls;

/**
 * A host of a next hop: a mail exchanger, or the hop itself.
 *
 * @param name as the DNS has it, in lower case and without a dot at its end; of an address the
 *     address
 * @param port 0 of a socket in the file system
 */
public record ExchangerHost(String name, int port) {}
