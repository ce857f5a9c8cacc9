package org.postroom.dist.applet.doctor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postroom.core.dns.Resolver.Tlsa;

/**
 * The certificates of a file: the server's, and those that lead to its authority.
 *
 * @param certificates the server's first; at least one
 */
record Chain(List<X509Certificate> certificates) {
  private static final long MOST_OCTETS = 1_000_000;

  Chain {
    certificates = List.copyOf(certificates);
  }

  /**
   * Reads a file in PEM.
   *
   * @throws IOException when there is none, or nothing that can be used, saying why
   */
  static Chain read(Path file) throws IOException {
    if (Files.size(file) > MOST_OCTETS) {
      throw new IOException(file + " is longer than " + MOST_OCTETS + " octets");
    }
    String text = Files.readString(file, ISO_8859_1);
    List<X509Certificate> all = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      String end = "-----END CERTIFICATE-----";
      int next = text.indexOf("-----BEGIN CERTIFICATE-----");
      while (next >= 0 && text.indexOf(end, next) > 0) {
        int behind = text.indexOf(end, next) + end.length();
        byte[] one = text.substring(next, behind).getBytes(ISO_8859_1);
        Certificate read = factory.generateCertificate(new ByteArrayInputStream(one));
        all.add((X509Certificate) read);
        next = text.indexOf("-----BEGIN CERTIFICATE-----", behind);
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " has a certificate that cannot be read: " + e.getMessage(), e);
    }
    if (all.isEmpty()) {
      throw new IOException(file + " has no certificate");
    }
    return new Chain(all);
  }

  /** The server's own. */
  X509Certificate first() {
    return certificates.get(0);
  }

  /** The names that it is for. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    try {
      if (first().getSubjectAlternativeNames() != null) {
        for (List<?> name : first().getSubjectAlternativeNames()) {
          names.add(String.valueOf(name.get(1)).toLowerCase(Locale.ROOT));
        }
      }
    } catch (CertificateParsingException e) {
      return List.of();
    }
    return names;
  }

  /** Whether it is for a host; a star stands for one label (RFC 6125, 6.4.3). */
  boolean covers(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    String above = "*" + name.substring(Math.max(0, name.indexOf('.')));
    return names().contains(name) || names().contains(above);
  }

  /**
   * Which certificate is not there that would lead on; empty where they lead to one of the roots.
   */
  Optional<String> missing(List<X509Certificate> roots) {
    for (int i = 0; i + 1 < certificates.size(); i++) {
      if (!isSigned(certificates.get(i), certificates.get(i + 1))) {
        return Optional.of(certificates.get(i).getIssuerX500Principal().getName());
      }
    }
    X509Certificate last = certificates.get(certificates.size() - 1);
    boolean known = roots.contains(last) || roots.stream().anyMatch(root -> isSigned(last, root));
    return known ? Optional.empty() : Optional.of(last.getIssuerX500Principal().getName());
  }

  /**
   * Who has to be trusted so that these are: the root that they lead to, among those that are known
   * or at their own end; else what leads nearest to it, which not all clients are content with.
   */
  X509Certificate anchor(List<X509Certificate> roots) {
    X509Certificate last = certificates.get(certificates.size() - 1);
    return roots.stream().filter(root -> isSigned(last, root)).findFirst().orElse(last);
  }

  private static boolean isSigned(X509Certificate certificate, X509Certificate by) {
    if (!certificate.getIssuerX500Principal().equals(by.getSubjectX500Principal())) {
      return false;
    }
    try {
      certificate.verify(by.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** The record for it: its public key, by SHA-256 (RFC 7672, 3.1). */
  Tlsa record() {
    return new Tlsa(3, 1, 1, data(first(), 1, 1));
  }

  /** Whether a record is of one of these. */
  boolean matches(Tlsa record) {
    return switch (record.usage()) {
      case 3 -> record.data().equals(data(first(), record.selector(), record.matching()));
      case 2 ->
          certificates.stream()
              .anyMatch(
                  one -> record.data().equals(data(one, record.selector(), record.matching())));
      default -> false; // RFC 7672, 3.1.3: of no use for mail
    };
  }

  private static String data(X509Certificate certificate, int selector, int matching) {
    try {
      byte[] octets =
          selector == 0 ? certificate.getEncoded() : certificate.getPublicKey().getEncoded();
      byte[] data =
          switch (matching) {
            case 0 -> octets;
            case 1 -> MessageDigest.getInstance("SHA-256").digest(octets);
            case 2 -> MessageDigest.getInstance("SHA-512").digest(octets);
            default -> new byte[0];
          };
      return HexFormat.of().formatHex(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has both
    }
  }
}
