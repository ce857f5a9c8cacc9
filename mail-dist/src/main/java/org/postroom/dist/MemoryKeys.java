package org.postroom.dist;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.TlsContexts;

/**
 * Own keys that end with the server. They are made when somebody first wants them, and again long
 * before their end, by another authority then.
 */
final class MemoryKeys implements OwnKeys {
  /** Certificates of servers are not valid for much longer than a year. */
  private static final Duration LIFE = Duration.ofDays(300);

  private final Clock clock;
  private final SecureRandom random;
  private final TlsContext context = TlsContexts.lazyServer(this::issued);
  private List<String> names;
  private @Nullable CertificateAuthority authority;
  private boolean retired;

  MemoryKeys(List<String> names, Clock clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
    this.names = List.copyOf(names);
  }

  private synchronized CertificateAuthority made() {
    if (authority == null) {
      authority = CertificateAuthority.create("Postroom test authority", names, clock, random);
    }
    return authority;
  }

  private synchronized TlsContext issued() {
    CertificateAuthority.Issued issued = made().issue(names);
    return TlsContexts.server(issued.chain(), issued.key());
  }

  @Override
  public TlsContext context() {
    return context;
  }

  @Override
  public String authority() {
    return made().certificate();
  }

  @Override
  public synchronized void become(List<String> wanted) {
    if (!names.equals(wanted)) {
      names = List.copyOf(wanted);
      makeAnew();
    }
  }

  private synchronized void makeAnew() {
    if (authority != null) {
      authority = null;
      TlsContexts.replace(context, issued());
    }
  }

  @Override
  public void keepRenewed(Timers timers, Executor workers) {
    timers.after(
        LIFE,
        () ->
            workers.execute(
                () -> {
                  if (!isRetired()) {
                    makeAnew();
                    keepRenewed(timers, workers);
                  }
                }));
  }

  private synchronized boolean isRetired() {
    return retired;
  }

  @Override
  public synchronized void retire() {
    retired = true;
  }
}
