package org.postroom.dist.applet.doctor;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Domain;
import org.postroom.core.config.Settings;
import org.postroom.core.dns.lookup.DnsResolver;
import org.postroom.core.machine.SystemTimers;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.WireOptions;
import org.postroom.core.wire.Wires;
import org.postroom.core.wire.Workers;
import org.postroom.dist.config.Interfaces;

/** The world as this machine sees it, until it is closed. */
public final class Machine implements AutoCloseable {
  private static final Duration OF_ONE_QUESTION = Duration.ofSeconds(5);
  private static final int WORKERS = 4;

  private final SystemTimers timers = new SystemTimers("postroom-doctor");
  private final Workers workers = Workers.named("postroom-doctor", WORKERS);
  private final Wire wire = Wires.open(WireOptions.defaults(), timers, workers);
  private final Clock clock = Clock.systemUTC();

  /** Asks nobody yet. */
  public Machine() {}

  /**
   * All that is around it.
   *
   * @param settings say which addresses are used
   * @param elsewhere a domain of somebody else's, to whose mail exchangers it is tried to connect
   */
  public World world(Settings settings, Domain elsewhere, boolean offline) {
    return new World(
        DnsResolver.ofSystem(wire.questions(), OF_ONE_QUESTION, workers, clock)
            .only(Interfaces.family(settings)::contains),
        Reach::bySocket,
        folder -> folder.toFile().getUsableSpace(),
        roots(),
        clock,
        elsewhere,
        offline);
  }

  /** Those that this JDK trusts; none where it has none. */
  static List<X509Certificate> roots() {
    List<X509Certificate> roots = new ArrayList<>();
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      @Nullable KeyStore ofTheJdk = null;
      factory.init(ofTheJdk);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager one) {
          roots.addAll(List.of(one.getAcceptedIssuers()));
        }
      }
    } catch (GeneralSecurityException e) {
      return List.of();
    }
    return roots;
  }

  @Override
  public void close() {
    wire.close();
    workers.close();
    timers.close();
  }
}
