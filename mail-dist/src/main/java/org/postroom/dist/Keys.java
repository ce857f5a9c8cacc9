package org.postroom.dist;

import java.nio.file.Path;
import java.util.Optional;
import org.postroom.core.config.ConfigParams;
import org.postroom.core.config.Settings;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.TlsContexts;
import org.postroom.dist.config.ServerParams;

/**
 * The server's certificate: the administrator's, or one of an authority that the server makes
 * itself, kept beside the data (or in memory) so that clients can be told to trust it once.
 *
 * @param ours the certificate that the server made; empty for any other
 */
record Keys(TlsContext context, Optional<OwnKeys> ours) {

  /** Own ones. */
  static Keys of(OwnKeys own) {
    return new Keys(own.context(), Optional.of(own));
  }

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
          new Keys(
              TlsContexts.server(chain.get(), key, settings.get(ConfigParams.UNSAFE_FILES)),
              Optional.empty()));
    } catch (WireFault e) {
      String why = String.valueOf(e.getMessage());
      boolean ofKey = ownFile.isPresent() && why.startsWith(key.toString());
      throw new BadConfiguration(
          settings.fault(ofKey ? ServerParams.TLS_KEY_FILE : ServerParams.TLS_CERT_FILE, why));
    }
  }

  /** The own authority's certificate, in PEM; empty when the administrator gave keys. */
  Optional<String> authority() {
    return ours.map(OwnKeys::authority);
  }
}
