package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
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
 * @param authority the own authority's certificate, in PEM; empty when the administrator gave keys
 */
record Keys(TlsContext context, Optional<String> authority) {
  private static final String FOLDER = "tls";

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
      return Optional.of(new Keys(TlsContexts.server(chain.get(), key), Optional.empty()));
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
    return folder == null ? inMemory(names, clock, random) : kept(folder, names, clock, random);
  }

  private static Keys inMemory(List<String> names, Clock clock, SecureRandom random) {
    CertificateAuthority authority =
        CertificateAuthority.create("Postroom test authority", clock, random);
    CertificateAuthority.Issued issued = authority.issue(names);
    return new Keys(
        TlsContexts.server(issued.chain(), issued.key()), Optional.of(authority.certificate()));
  }

  private static Keys kept(Path base, List<String> names, Clock clock, SecureRandom random) {
    Path folder = base.resolve(FOLDER);
    Path authorityFile = folder.resolve("ca.pem");
    Path chainFile = folder.resolve("server.pem");
    Path keyFile = folder.resolve("server.key");
    try {
      if (!Files.exists(chainFile)) {
        Files.createDirectories(folder);
        CertificateAuthority authority =
            CertificateAuthority.create("Postroom authority of " + names.get(0), clock, random);
        // Its own certificate comes last: where that is, everything is.
        authority.self().write(authorityFile, folder.resolve("ca.key"));
        authority.issue(names).write(chainFile, keyFile);
      }
      return new Keys(
          TlsContexts.server(chainFile, keyFile),
          Optional.of(Files.readString(authorityFile, UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException("the keys in " + folder + " cannot be kept", e);
    }
  }
}
