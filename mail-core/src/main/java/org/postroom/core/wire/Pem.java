package org.postroom.core.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * Certificates and keys out of PEM text (RFC 7468). What the JDK can read is read by the JDK: the
 * library for the older forms takes a quarter of the server's start, so it is loaded for them only.
 */
final class Pem {
  private static final String BEGIN = "-----BEGIN ";
  private static final String DASHES = "-----";

  private Pem() {}

  private record Block(String label, String body) {
    @Override
    public String toString() {
      return label; // the body may be a secret
    }

    byte[] octets() throws IOException {
      try {
        return Base64.getMimeDecoder().decode(body);
      } catch (IllegalArgumentException e) {
        throw new IOException("no Base64 in " + label, e);
      }
    }
  }

  /** All certificates, in their order; text around them and other things among them are skipped. */
  static List<X509Certificate> certificates(String text) throws IOException, CertificateException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Block block : blocks(text)) {
      if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
        certificates.add(
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.octets())));
      }
    }
    return certificates;
  }

  /** The first private key that is not encrypted: PKCS#8, PKCS#1 or SEC 1. */
  static Optional<PrivateKey> privateKey(String text) throws IOException {
    for (Block block : blocks(text)) {
      if (block.label().equals("PRIVATE KEY")) {
        Optional<PrivateKey> key = pkcs8(new PKCS8EncodedKeySpec(block.octets()));
        if (key.isPresent()) {
          return key;
        }
      }
    }
    return otherForm(text);
  }

  private static Optional<PrivateKey> pkcs8(KeySpec encoded) {
    for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
      try {
        return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(encoded));
      } catch (InvalidKeySpecException e) {
        // A key of another kind.
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every JDK knows " + algorithm, e);
      }
    }
    return Optional.empty();
  }

  private static Optional<PrivateKey> otherForm(String text) throws IOException {
    try (PEMParser parser = new PEMParser(new StringReader(text))) {
      JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
      Object part;
      while ((part = parser.readObject()) != null) {
        if (part instanceof PEMKeyPair pair) {
          return Optional.of(converter.getPrivateKey(pair.getPrivateKeyInfo()));
        }
        if (part instanceof PrivateKeyInfo info) {
          return Optional.of(converter.getPrivateKey(info));
        }
      }
    }
    return Optional.empty();
  }

  private static List<Block> blocks(String text) throws IOException {
    List<Block> blocks = new ArrayList<>();
    int begin = text.indexOf(BEGIN);
    while (begin >= 0) {
      int label = begin + BEGIN.length();
      int body = text.indexOf(DASHES, label);
      String name = text.substring(label, Math.max(label, body));
      String mark = "-----END " + name + DASHES;
      int end = body < 0 ? -1 : text.indexOf(mark, body);
      if (end < 0) {
        throw new IOException("a part has a beginning and no end");
      }
      blocks.add(new Block(name, text.substring(body + DASHES.length(), end)));
      begin = text.indexOf(BEGIN, end + mark.length());
    }
    return blocks;
  }
}
