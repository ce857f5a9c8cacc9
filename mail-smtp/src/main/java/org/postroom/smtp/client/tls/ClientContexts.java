package org.postroom.smtp.client.tls;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.postroom.core.config.ConfigParams;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.TlsContexts;

/**
 * What we bring to handshakes with other servers: the certificates that they may ask for, and
 * versions of TLS. There is one context for each set of versions, and with it a memory of sessions
 * that may go on.
 */
public final class ClientContexts {
  private final List<TlsContexts.Identity> identities;
  private final Map<Set<String>, TlsContext> byVersions = new ConcurrentHashMap<>();

  private ClientContexts(List<TlsContexts.Identity> identities) {
    this.identities = identities;
  }

  /**
   * What settings name.
   *
   * @throws BadConfiguration for files that are not there, and keys that are others'
   */
  public static ClientContexts of(Settings settings) {
    List<Path> chains = settings.get(TlsParams.CHAIN_FILES);
    Optional<Path> certificate = settings.get(TlsParams.CERT_FILE);
    Optional<Path> key = settings.get(TlsParams.KEY_FILE);
    List<String> unsafe = settings.get(ConfigParams.UNSAFE_FILES);
    Param<?> from = chains.isEmpty() ? TlsParams.CERT_FILE : TlsParams.CHAIN_FILES;
    try {
      return new ClientContexts(
          chains.isEmpty()
              ? certificate.stream()
                  .map(one -> TlsContexts.identity(one, key.orElse(one), unsafe))
                  .toList()
              : chains.stream().map(one -> TlsContexts.identity(one, one, unsafe)).toList());
    } catch (WireFault e) {
      throw new BadConfiguration(settings.fault(from, String.valueOf(e.getMessage())));
    }
  }

  /** The one for connections that are to be so safe. */
  public TlsContext of(TlsPolicy policy) {
    return byVersions.computeIfAbsent(
        policy.versions(), versions -> TlsContexts.opportunisticClient(versions, identities));
  }
}
