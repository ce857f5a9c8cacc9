package org.postroom.smtp.client.tls;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import org.postroom.core.dns.Resolver.Tlsa;

/** TLSA records, and which certificates they are about (RFC 6698, RFC 7671). */
final class Associations {
  /** An authority that is in the chain (DANE-TA). */
  static final int AUTHORITY = 2;

  /** The server's own certificate (DANE-EE). */
  static final int OWN = 3;

  private static final int CERTIFICATE = 0;
  private static final int KEY = 1;
  private static final int AS_IT_IS = 0;
  private static final int SHA_256 = 1;
  private static final int SHA_512 = 2;

  private Associations() {}

  /**
   * Those that a mail server can be known by (RFC 7672, 3.1), of several digests of the same kind
   * the strongest alone (RFC 7671, 9).
   */
  static List<Tlsa> usable(List<Tlsa> records) {
    List<Tlsa> known = records.stream().filter(Associations::isUsable).toList();
    return known.stream()
        .filter(
            one ->
                one.matching() == AS_IT_IS
                    || known.stream()
                        .noneMatch(
                            other ->
                                other.usage() == one.usage()
                                    && other.selector() == one.selector()
                                    && other.matching() > one.matching()))
        .toList();
  }

  private static boolean isUsable(Tlsa one) {
    boolean usage = one.usage() == AUTHORITY || one.usage() == OWN;
    boolean selector = one.selector() == CERTIFICATE || one.selector() == KEY;
    return usage
        && selector
        && switch (one.matching()) {
          case AS_IT_IS -> true;
          case SHA_256 -> one.data().length() == 2 * 32;
          case SHA_512 -> one.data().length() == 2 * 64;
          default -> false;
        };
  }

  /** Whether one is about a certificate. */
  static boolean isAbout(Tlsa one, X509Certificate certificate) {
    try {
      byte[] octets =
          one.selector() == CERTIFICATE
              ? certificate.getEncoded()
              : certificate.getPublicKey().getEncoded();
      return one.data().equals(HexFormat.of().formatHex(digested(one.matching(), octets)));
    } catch (CertificateEncodingException e) {
      return false; // it says nothing
    }
  }

  private static byte[] digested(int matching, byte[] octets) {
    if (matching == AS_IT_IS) {
      return octets;
    }
    try {
      return MessageDigest.getInstance(matching == SHA_256 ? "SHA-256" : "SHA-512").digest(octets);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has SHA-2", e);
    }
  }

  /** The certificate of an authority that stands in the record itself. */
  static List<byte[]> whole(List<Tlsa> records) {
    return records.stream()
        .filter(
            one ->
                one.usage() == AUTHORITY
                    && one.selector() == CERTIFICATE
                    && one.matching() == AS_IT_IS)
        .map(one -> HexFormat.of().parseHex(one.data()))
        .toList();
  }
}
