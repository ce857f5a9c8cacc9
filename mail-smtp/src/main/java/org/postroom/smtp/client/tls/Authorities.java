package org.postroom.smtp.client.tls;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.wire.TlsContexts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may vouch for other servers. They are loaded when they are first asked for: it takes tenths
 * of a second, and most servers never do, whatever their main.cf names.
 */
final class Authorities {
  private static final Logger LOG = LoggerFactory.getLogger(Authorities.class);

  private final Optional<Path> file;
  private final Optional<Path> folder;
  private final boolean platform;
  private @Nullable X509TrustManager manager;

  private Authorities(Optional<Path> file, Optional<Path> folder, boolean platform) {
    this.file = file;
    this.folder = folder;
    this.platform = platform;
  }

  /**
   * Those that settings name.
   *
   * @param needed whether they will be asked: then what is not there is a fault
   * @throws BadConfiguration for a file that holds no certificates
   */
  static Authorities of(Settings settings, boolean needed) {
    Optional<Path> file = settings.get(TlsParams.CA_FILE);
    Optional<Path> folder = settings.get(TlsParams.CA_PATH);
    if (needed) {
      check(settings, TlsParams.CA_FILE, () -> file.ifPresent(TlsContexts::authorities));
      check(settings, TlsParams.CA_PATH, () -> folder.ifPresent(Authorities::some));
    }
    return new Authorities(
        file, folder, file.isEmpty() && folder.isEmpty() || settings.get(TlsParams.APPEND_DEFAULT));
  }

  private static void check(Settings settings, Param<?> param, Runnable reading) {
    try {
      reading.run();
    } catch (WireFault e) {
      throw new BadConfiguration(settings.fault(param, String.valueOf(e.getMessage())));
    }
  }

  /** Of all its files that hold any: keys and lists of revocations may lie there, too. */
  private static Set<X509Certificate> all(Path folder) {
    Set<X509Certificate> all = new LinkedHashSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, Files::isRegularFile)) {
      for (Path one : files) {
        try {
          all.addAll(TlsContexts.authorities(one));
        } catch (WireFault e) {
          LOG.debug("{} vouches for nobody: {}", one, e.getMessage());
        }
      }
    } catch (IOException e) {
      throw new WireFault(folder + " cannot be read: " + e.getMessage(), e);
    }
    return all;
  }

  private static void some(Path folder) {
    if (all(folder).isEmpty()) {
      throw new WireFault(folder + " holds no certificate (PEM) of an authority");
    }
  }

  /** Whether settings name any, beside those that everybody trusts. */
  boolean areNamed() {
    return file.isPresent() || folder.isPresent();
  }

  /** {@link WireFault} for what cannot be read, and where nobody is trusted. */
  synchronized X509TrustManager manager() throws GeneralSecurityException, IOException {
    X509TrustManager made = manager;
    if (made == null) {
      Set<X509Certificate> trusted = new LinkedHashSet<>();
      file.ifPresent(one -> trusted.addAll(TlsContexts.authorities(one)));
      folder.ifPresent(one -> trusted.addAll(all(one)));
      if (platform) {
        trusted.addAll(Arrays.asList(manager(null).getAcceptedIssuers()));
      }
      if (trusted.isEmpty()) {
        throw new WireFault("no authority is given");
      }
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (X509Certificate one : trusted) {
        store.setCertificateEntry(Integer.toString(number++), one);
      }
      made = manager(store);
      manager = made;
    }
    return made;
  }

  private static X509TrustManager manager(@Nullable KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager one : factory.getTrustManagers()) {
      if (one instanceof X509TrustManager x509) {
        return x509;
      }
    }
    throw new CertificateException("the Java runtime has no trust manager for X.509");
  }
}
