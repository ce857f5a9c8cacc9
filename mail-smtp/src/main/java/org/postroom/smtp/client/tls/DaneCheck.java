package org.postroom.smtp.client.tls;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.dns.Resolver.Tlsa;

/**
 * Whether a server is who its domain's TLSA records say (RFC 7672, 3.1). Where they have its own
 * certificate, names and dates in it say nothing; where they have an authority, the chain that the
 * server sends has to lead there, and names and dates count.
 */
final class DaneCheck {
  private DaneCheck() {}

  /**
   * What is wrong; empty where nothing is.
   *
   * @param usable records
   * @param chain the server's, its own first, at least one
   * @param names of which it must have one, where it is known by an authority
   */
  static Optional<String> fault(
      List<Tlsa> usable, List<X509Certificate> chain, List<String> names) {
    X509Certificate own = chain.get(0);
    if (usable.stream()
        .anyMatch(one -> one.usage() == Associations.OWN && Associations.isAbout(one, own))) {
      return Optional.empty();
    }
    Set<X509Certificate> authorities = authorities(usable, chain);
    if (authorities.isEmpty()) {
      return Optional.of("no TLSA record is about its certificates");
    }
    Optional<String> untrusted = untrusted(chain, authorities);
    if (untrusted.isPresent()) {
      return untrusted;
    }
    CertificateNames its = CertificateNames.of(own);
    return names.stream().anyMatch(its::match)
        ? Optional.empty()
        : Optional.of(
            "its certificate is not for "
                + String.join(" or ", names)
                + ", but for "
                + PeerCheck.told(its.toString()));
  }

  /** Of the chain, and those that a record has as a whole, which need not be sent. */
  private static Set<X509Certificate> authorities(List<Tlsa> usable, List<X509Certificate> chain) {
    Set<X509Certificate> authorities = new LinkedHashSet<>();
    for (X509Certificate one : chain) {
      if (usable.stream()
          .anyMatch(
              tlsa -> tlsa.usage() == Associations.AUTHORITY && Associations.isAbout(tlsa, one))) {
        authorities.add(one);
      }
    }
    Associations.whole(usable).stream()
        .flatMap(octets -> certificate(octets).stream())
        .forEach(authorities::add);
    return authorities;
  }

  /** Empty where a record is about nobody. */
  private static Optional<X509Certificate> certificate(byte[] octets) {
    try {
      return Optional.of(
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(octets)));
    } catch (CertificateException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> untrusted(
      List<X509Certificate> chain, Set<X509Certificate> authorities) {
    List<X509Certificate> path = new ArrayList<>();
    for (X509Certificate one : chain) {
      if (authorities.contains(one)) {
        break; // what it is signed with itself is of no importance
      }
      path.add(one);
    }
    if (path.isEmpty()) {
      return Optional.of("its certificate is the authority's own");
    }
    try {
      Set<TrustAnchor> anchors = new LinkedHashSet<>();
      authorities.forEach(one -> anchors.add(new TrustAnchor(one, null)));
      PKIXParameters parameters = new PKIXParameters(anchors);
      parameters.setRevocationEnabled(false);
      Object unused =
          CertPathValidator.getInstance("PKIX")
              .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
      return Optional.empty();
    } catch (CertPathValidatorException e) {
      return Optional.of(PeerCheck.reason(e, chain.get(0)));
    } catch (GeneralSecurityException e) {
      return Optional.of("its certificates cannot be read: " + e.getMessage());
    }
  }
}
