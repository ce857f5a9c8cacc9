package org.postroom.dist;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.BadConfiguration;
import org.postroom.core.config.Settings;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.TlsContexts;
import org.postroom.core.wire.WireFault;
import org.postroom.dist.config.ServerParams;

/**
 * The server's certificate: the administrator's, or one of an authority that the server makes
 * itself, kept beside the data (or in memory) so that clients can be told to trust it once.
 *
 * @param ours the certificate that the server made and renews; empty for any other
 * @param made the authority's certificate, in PEM, where it was made and is not kept
 */
record Keys(TlsContext context, Optional<OwnCertificate> ours, Optional<String> made) {

  /**
   * The administrator's; empty when none are given. Opens nothing else, so that a start that fails
   * here leaves no trace.
   *
   * @throws BadConfiguration when they cannot be used, saying what to do
   */
  static Optional<Keys> given(Settings settings) {
    Optional<Path> chain = settings.get(ServerParams.TLS_CERT_FILE);
    Optional<Path> ownFile = settings.get(ServerParams.TLS_KEY_FILE);
    if (chain.isEmpty()) {
      return Optional.empty();
    }
    Path key = ownFile.orElse(chain.get());
    try {
      return Optional.of(
          new Keys(TlsContexts.server(chain.get(), key), Optional.empty(), Optional.empty()));
    } catch (WireFault e) {
      String why = String.valueOf(e.getMessage());
      boolean ofKey = ownFile.isPresent() && why.startsWith(key.toString());
      throw new BadConfiguration(
          settings.fault(ofKey ? ServerParams.TLS_KEY_FILE : ServerParams.TLS_CERT_FILE, why));
    }
  }

  /**
   * Our own: found, or made.
   *
   * @param folder where they are kept; null keeps them in memory
   */
  static Keys own(@Nullable Path folder, List<String> names, Clock clock, SecureRandom random) {
    if (folder == null) {
      return inMemory(names, clock, random);
    }
    OwnCertificate own = new OwnCertificate(folder, names, clock, random);
    return new Keys(own.context(), Optional.of(own), Optional.empty());
  }

  private static Keys inMemory(List<String> names, Clock clock, SecureRandom random) {
    CertificateAuthority authority =
        CertificateAuthority.create("Postroom test authority", names, clock, random);
    CertificateAuthority.Issued issued = authority.issue(names);
    return new Keys(
        TlsContexts.server(issued.chain(), issued.key()),
        Optional.empty(),
        Optional.of(authority.certificate()));
  }

  /** The own authority's certificate, in PEM; empty when the administrator gave keys. */
  Optional<String> authority() {
    return ours.map(OwnCertificate::authority).or(() -> made);
  }
}
