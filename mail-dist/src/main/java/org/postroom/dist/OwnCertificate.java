package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.TlsContexts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that the server makes for itself, and its authority, in the folder {@code tls} of
 * the data folder. It is looked at when the server starts and every day: renewed before its end by
 * the same authority, which nobody notices; for another name, or when the authority itself ends, by
 * a new authority, which clients have to be given. Whatever a crash leaves half written is made
 * anew.
 */
final class OwnCertificate implements OwnKeys {
  private static final Logger LOG = LoggerFactory.getLogger(OwnCertificate.class);
  private static final String NAME_CONSTRAINTS = "2.5.29.30";
  private static final Duration BEFORE_ITS_END = Duration.ofDays(30);
  private static final Duration BETWEEN_LOOKS = Duration.ofDays(1);

  private final Path authorityFile;
  private final Path authorityKeyFile;
  private final Path chainFile;
  private final Path keyFile;
  private volatile List<String> names;
  private final Clock clock;
  private final SecureRandom random;
  private final TlsContext context;
  private volatile String authority;
  private volatile boolean retired;

  /**
   * Finds or makes it.
   *
   * @param names the server's name first
   * @throws UncheckedIOException when it cannot be read or kept
   */
  OwnCertificate(Path data, List<String> names, Clock clock, SecureRandom random) {
    Path folder = data.resolve("tls");
    this.authorityFile = folder.resolve("ca.pem");
    this.authorityKeyFile = folder.resolve("ca.key");
    this.chainFile = folder.resolve("server.pem");
    this.keyFile = folder.resolve("server.key");
    this.names = List.copyOf(names);
    this.clock = clock;
    this.random = random;
    try {
      Files.createDirectories(folder);
      renewWhereDue(Optional.empty());
      context = usable();
      authority = Files.readString(authorityFile, US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException("the keys in " + folder + " cannot be kept", e);
    }
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
  public void become(List<String> others) {
    List<String> before = names;
    if (before.equals(others)) {
      return;
    }
    names = List.copyOf(others);
    try {
      renew();
    } catch (IOException | WireFault e) {
      names = before;
      throw new WireFault(
          "the keys for " + others.get(0) + " cannot be kept: " + e.getMessage(), e);
    }
  }

  @Override
  public void keepRenewed(Timers timers, Executor workers) {
    timers.after(
        BETWEEN_LOOKS,
        () ->
            workers.execute(
                () -> {
                  if (!retired) {
                    look();
                    keepRenewed(timers, workers);
                  }
                }));
  }

  @Override
  public void retire() {
    retired = true;
  }

  /** Renews what is due; what cannot be written stays as it is until the next look. */
  void look() {
    try {
      renew();
    } catch (IOException | WireFault e) {
      LOG.error("tls: the server's certificate could not be renewed: {}", e.getMessage());
    }
  }

  private synchronized void renew() throws IOException {
    if (renewWhereDue(Optional.empty())) {
      TlsContexts.replace(context, TlsContexts.server(chainFile, keyFile));
      authority = Files.readString(authorityFile, US_ASCII);
    }
  }

  /** As it is; where its files do not belong together (a crash came between), made anew. */
  private TlsContext usable() throws IOException {
    try {
      return TlsContexts.server(chainFile, keyFile);
    } catch (WireFault e) {
      renewWhereDue(Optional.of(String.valueOf(e.getMessage())));
      return TlsContexts.server(chainFile, keyFile);
    }
  }

  /**
   * Looks at both certificates.
   *
   * @param fault what else is known to be wrong with the server's
   * @return whether there is another one now
   */
  private boolean renewWhereDue(Optional<String> fault) throws IOException {
    boolean first = !Files.exists(authorityFile);
    X509Certificate own = certificate(authorityFile);
    X509Certificate server = certificate(chainFile);
    Optional<String> reason = whyAnotherAuthority(own, server);
    if (reason.isEmpty() && own != null) {
      reason = fault.or(() -> whyAnotherCertificate(own, server));
      if (reason.isEmpty()) {
        return false;
      }
      if (renewedBy(own)) {
        LOG.info(
            "tls: the certificate of {} was renewed ({}); {} stays",
            names.get(0),
            reason.get(),
            authorityFile);
        return true;
      }
      reason = Optional.of("the key of the old one does not fit it");
    }
    makeAuthority();
    if (!first) {
      LOG.warn(
          "tls: a new authority was made for {} ({}): clients that trust the old one must be given {}",
          names.get(0),
          reason.orElse("the old one cannot be read"),
          authorityFile);
    }
    return true;
  }

  private void makeAuthority() {
    CertificateAuthority made =
        CertificateAuthority.create("Postroom authority of " + names.get(0), names, clock, random);
    made.self().write(authorityFile, authorityKeyFile);
    made.issue(names).write(chainFile, keyFile);
  }

  /** Whether the authority's key is there, is its own, and has made another certificate. */
  private boolean renewedBy(X509Certificate own) throws IOException {
    if (!Files.exists(authorityKeyFile)) {
      return false;
    }
    try {
      CertificateAuthority.of(
              Files.readString(authorityFile, US_ASCII),
              Files.readString(authorityKeyFile, US_ASCII),
              clock,
              random)
          .issue(names)
          .write(chainFile, keyFile);
    } catch (WireFault unreadable) {
      return false;
    }
    X509Certificate renewed = certificate(chainFile);
    return renewed != null && isSigned(renewed, own);
  }

  private Optional<String> whyAnotherAuthority(
      @Nullable X509Certificate own, @Nullable X509Certificate server) {
    if (own == null) {
      return Optional.of("the old one cannot be read");
    }
    if (own.getBasicConstraints() != 0 || own.getExtensionValue(NAME_CONSTRAINTS) == null) {
      return Optional.of("the old one could vouch for any name");
    }
    if (endsSoon(own)) {
      return Optional.of("the old one ends on " + day(own));
    }
    // An authority is made for the names that its first certificate has.
    if (server != null && isSigned(server, own) && !namesOf(server).equals(comparable(names))) {
      return Optional.of("the old one is for " + String.join(", ", namesOf(server)));
    }
    return Optional.empty();
  }

  private Optional<String> whyAnotherCertificate(
      X509Certificate own, @Nullable X509Certificate server) {
    if (server == null || !isSigned(server, own)) {
      return Optional.of("the old one cannot be used");
    }
    return endsSoon(server) ? Optional.of("the old one ends on " + day(server)) : Optional.empty();
  }

  private boolean endsSoon(X509Certificate certificate) {
    Instant end = certificate.getNotAfter().toInstant();
    return clock.instant().plus(BEFORE_ITS_END).isAfter(end);
  }

  private static String day(X509Certificate certificate) {
    return certificate.getNotAfter().toInstant().atZone(ZoneOffset.UTC).toLocalDate().toString();
  }

  private static boolean isSigned(X509Certificate certificate, X509Certificate by) {
    try {
      certificate.verify(by.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** The first certificate of a file; null where there is none that can be read as one. */
  private static @Nullable X509Certificate certificate(Path file) throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    try {
      Collection<?> found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
      return found.isEmpty() ? null : (X509Certificate) found.iterator().next();
    } catch (GeneralSecurityException e) {
      return null;
    }
  }

  private static Set<String> namesOf(X509Certificate certificate) {
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      return alternatives == null
          ? Set.of()
          : comparable(alternatives.stream().map(name -> String.valueOf(name.get(1))).toList());
    } catch (CertificateParsingException e) {
      return Set.of();
    }
  }

  /** Addresses in one form, whoever wrote them. */
  private static Set<String> comparable(List<String> names) {
    Set<String> all = new HashSet<>();
    for (String name : names) {
      boolean address = name.indexOf(':') >= 0 || name.matches("[0-9.]+");
      try {
        all.add(address ? InetAddress.getByName(name).getHostAddress() : name);
      } catch (UnknownHostException e) {
        all.add(name);
      }
    }
    return all;
  }
}
