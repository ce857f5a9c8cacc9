package org.postroom.smtp.client.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.X509TrustManager;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.NextHop;
import org.postroom.core.refusal.WireFault;

/**
 * Whether a server is who the policy for it wants. Asked once the handshake is over and before
 * anything is said: the handshake itself goes with anybody, so that what is wrong can be told.
 */
public final class PeerCheck {
  private static final int LONGEST_TOLD = 200;

  private final Authorities authorities;
  private final TlsParams.Digest digest;

  private PeerCheck(Authorities authorities, TlsParams.Digest digest) {
    this.authorities = authorities;
    this.digest = digest;
  }

  /**
   * One that trusts whom settings name.
   *
   * @throws org.postroom.core.report.BadConfiguration for a file that holds no certificates
   */
  public static PeerCheck of(Settings settings) {
    TlsLevel level = settings.get(TlsParams.LEVEL);
    boolean needed =
        level.authenticates() && level != TlsLevel.FINGERPRINT && !level.asksForTlsa()
            || !settings.get(TlsParams.POLICY_MAPS).isEmpty();
    return new PeerCheck(Authorities.of(settings, needed), settings.get(TlsParams.DIGEST));
  }

  /**
   * What is wrong with a server; empty where nothing is, or nothing is asked of it.
   *
   * @param chain its certificates, its own first
   * @param host whose addresses were connected to
   */
  public Optional<String> fault(
      TlsPolicy policy, List<X509Certificate> chain, NextHop hop, String host) {
    if (!policy.level().authenticates()) {
      return Optional.empty();
    }
    if (chain.isEmpty()) {
      return Optional.of("it shows no certificate");
    }
    X509Certificate own = chain.get(0);
    return switch (policy.level()) {
      case FINGERPRINT -> fingerprint(policy, own);
      case DANE, DANE_ONLY -> DaneCheck.fault(policy.tlsa(), chain, names(policy, hop, host));
      default -> untrusted(chain).or(() -> misnamed(policy, own, hop, host));
    };
  }

  /**
   * Whether a policy's fault with a server can be its own: where nobody is trusted, because our
   * authorities cannot be read, no certificate would do.
   */
  public boolean canJudge(TlsPolicy policy) {
    if (policy.level() != TlsLevel.VERIFY && policy.level() != TlsLevel.SECURE) {
      return true;
    }
    try {
      return authorities.manager().getAcceptedIssuers().length > 0;
    } catch (GeneralSecurityException | IOException | WireFault e) {
      return false;
    }
  }

  /**
   * What a server's certificates are worth, in Postfix's words: {@code Verified} is who the policy
   * wants, {@code Trusted} has somebody to vouch for him whom settings name, {@code Untrusted}
   * nobody, {@code Anonymous} has none. The runtime's own authorities are not asked where no policy
   * asks for any: to load them takes time, and nothing comes of it.
   *
   * @param fault what {@link #fault} has found
   */
  public String trust(TlsPolicy policy, List<X509Certificate> chain, Optional<String> fault) {
    if (chain.isEmpty()) {
      return "Anonymous";
    }
    if (policy.level().authenticates() && fault.isEmpty()) {
      return "Verified";
    }
    return authorities.areNamed() && untrusted(chain).isEmpty() ? "Trusted" : "Untrusted";
  }

  /** The word of reports (RFC 8460, 4.3) for what {@link #fault} has found. */
  public static String kind(TlsPolicy policy, List<X509Certificate> chain, String host) {
    if (policy.level() != TlsLevel.VERIFY && policy.level() != TlsLevel.SECURE || chain.isEmpty()) {
      return "validation-failure";
    }
    try {
      chain.get(0).checkValidity();
    } catch (CertificateExpiredException | CertificateNotYetValidException e) {
      return "certificate-expired";
    }
    return CertificateNames.of(chain.get(0)).match(host)
        ? "certificate-not-trusted"
        : "certificate-host-mismatch";
  }

  private Optional<String> fingerprint(TlsPolicy policy, X509Certificate own) {
    try {
      MessageDigest maker = MessageDigest.getInstance(digest.javaName());
      String certificate = HexFormat.of().formatHex(maker.digest(own.getEncoded()));
      String key = HexFormat.of().formatHex(maker.digest(own.getPublicKey().getEncoded()));
      return policy.match().stream()
              .map(one -> one.replace(":", "").toLowerCase(Locale.ROOT))
              .anyMatch(one -> one.equals(certificate) || one.equals(key))
          ? Optional.empty()
          : Optional.of(
              "its certificate has the fingerprint "
                  + HexFormat.ofDelimiter(":")
                      .withUpperCase()
                      .formatHex(HexFormat.of().parseHex(certificate))
                  + ", its key "
                  + HexFormat.ofDelimiter(":")
                      .withUpperCase()
                      .formatHex(HexFormat.of().parseHex(key)));
    } catch (GeneralSecurityException e) {
      return Optional.of("its certificate cannot be read: " + e.getMessage());
    }
  }

  private Optional<String> untrusted(List<X509Certificate> chain) {
    try {
      X509TrustManager manager = authorities.manager();
      // The kind of key exchange says which use of a key to ask for; TLS 1.3 has one for all.
      manager.checkServerTrusted(chain.toArray(new X509Certificate[0]), "UNKNOWN");
      return Optional.empty();
    } catch (CertificateException e) {
      return Optional.of(reason(e, chain.get(0)));
    } catch (GeneralSecurityException | IOException | WireFault e) {
      return Optional.of("nobody is trusted: " + e.getMessage());
    }
  }

  /** Why a chain leads to nobody who is trusted. */
  static String reason(GeneralSecurityException e, X509Certificate own) {
    try {
      own.checkValidity();
    } catch (CertificateExpiredException expired) {
      return "its certificate has expired: valid until " + own.getNotAfter().toInstant();
    } catch (CertificateNotYetValidException early) {
      return "its certificate is not valid yet: from " + own.getNotBefore().toInstant();
    }
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertPathValidatorException path
          && path.getReason() != CertPathValidatorException.BasicReason.UNSPECIFIED) {
        return "its certificate is not trusted: " + path.getMessage();
      }
    }
    boolean self = own.getSubjectX500Principal().equals(own.getIssuerX500Principal());
    return "its certificate is not trusted: "
        + (self ? "self-signed" : "by " + told(own.getIssuerX500Principal().getName()));
  }

  private static Optional<String> misnamed(
      TlsPolicy policy, X509Certificate own, NextHop hop, String host) {
    CertificateNames names = CertificateNames.of(own);
    List<String> wanted = names(policy, hop, host);
    return wanted.stream().anyMatch(names::match)
        ? Optional.empty()
        : Optional.of(
            "its certificate is not for "
                + String.join(" or ", wanted)
                + ", but for "
                + told(names.toString()));
  }

  private static List<String> names(TlsPolicy policy, NextHop hop, String host) {
    return policy.namesFor(hop, host);
  }

  /** What somebody else has written: on one line, and no longer than anybody reads. */
  static String told(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() > LONGEST_TOLD ? line.substring(0, LONGEST_TOLD) + "…" : line;
  }
}
