package org.postroom.dist;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executor;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.TlsContexts;

/** Own keys that end with the server, as its store does. */
final class MemoryKeys implements OwnKeys {
  private final Clock clock;
  private final SecureRandom random;
  private final TlsContext context;
  private List<String> names;
  private volatile String authority;

  MemoryKeys(List<String> names, Clock clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
    this.names = List.copyOf(names);
    CertificateAuthority made = made(names);
    this.context = issued(made, names);
    this.authority = made.certificate();
  }

  private CertificateAuthority made(List<String> wanted) {
    return CertificateAuthority.create("Postroom test authority", wanted, clock, random);
  }

  private static TlsContext issued(CertificateAuthority by, List<String> wanted) {
    CertificateAuthority.Issued issued = by.issue(wanted);
    return TlsContexts.server(issued.chain(), issued.key());
  }

  @Override
  public TlsContext context() {
    return context;
  }

  @Override
  public String authority() {
    return authority;
  }

  @Override
  public synchronized void become(List<String> wanted) {
    if (!names.equals(wanted)) {
      CertificateAuthority other = made(wanted);
      TlsContexts.replace(context, issued(other, wanted));
      authority = other.certificate();
      names = List.copyOf(wanted);
    }
  }

  /** Nobody runs a server without a store for a year. */
  @Override
  public void keepRenewed(Timers timers, Executor workers) {}

  @Override
  public void retire() {}
}
