package org.postroom.smtp.client.tls;

import java.util.Optional;
import org.postroom.core.address.Domain;

/**
 * A host of a next hop: a mail exchanger, or the hop itself.
 *
 * @param name as the DNS has it, in lower case and without a dot at its end; of an address the
 *     address
 * @param port 0 of a socket in the file system
 * @param provenlyNamed whether DNSSEC proves that it is a host of the next hop, or nobody has to:
 *     the next hop is the host
 * @param proven where its addresses stand, aliases followed, if DNSSEC proves them
 */
public record ExchangerHost(String name, int port, boolean provenlyNamed, Optional<Domain> proven) {

  /** One of which DNSSEC says nothing. */
  public ExchangerHost(String name, int port) {
    this(name, port, false, Optional.empty());
  }

  /** For people. */
  @Override
  public String toString() {
    return name + ":" + port;
  }
}
