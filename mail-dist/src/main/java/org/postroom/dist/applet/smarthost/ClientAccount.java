package org.postroom.dist.applet.smarthost;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.postroom.core.secret.Secret;

/**
 * By which server mail goes, and how.
 *
 * @param name what the file calls it
 * @param from the sender of mail that names none
 * @param domain what addresses without a domain get
 * @param helo what we call ourselves
 * @param login with what we log in, if we do
 * @param safety how safe the connection is
 * @param timeout for each answer
 * @param logfile gets a line for each mail
 * @param aliases other names of recipients without a domain
 */
record ClientAccount(
    String name,
    String host,
    int port,
    Optional<String> from,
    Optional<String> domain,
    Optional<String> helo,
    Optional<Login> login,
    Safety safety,
    Optional<Duration> timeout,
    Optional<Path> logfile,
    Aliases aliases) {

  /**
   * A log-in.
   *
   * @param mechanism the only one that is to be used; empty for any
   */
  record Login(String user, Secret password, Optional<String> mechanism) {}

  /**
   * What TLS must be.
   *
   * @param tls whether there is any
   * @param fromTheBeginning whether the handshake comes first, and not STARTTLS
   * @param verified whether the server must show a certificate for its name
   * @param trust the authorities that are trusted; empty for those of the system
   */
  record Safety(boolean tls, boolean fromTheBeginning, boolean verified, Optional<Path> trust) {}
}
