package org.postroom.core.wire;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.postroom.core.refusal.WireFault;

/**
 * An authority of our own, for servers that nobody has given a certificate yet: makes EC P-256
 * certificates for host names and addresses. Clients trust it when they are given {@link
 * #certificate}; for as little as can be, because its key lies on the server: for its names and
 * this host's loopback alone (RFC 5280, 4.2.1.10), for servers alone, and for no other authority.
 */
public final class CertificateAuthority {
  /** Clients have to be told of the next one, so not too short. */
  private static final Duration AUTHORITY_LIFE = Duration.ofDays(5 * 365);

  /** The server renews it itself. Apple's clients take none that is valid for over 825 days. */
  private static final Duration SERVER_LIFE = Duration.ofDays(397);

  private static final List<String> LOOPBACK = List.of("127.0.0.0/8", "::1/128");

  private final X509Certificate certificate;
  private final PrivateKey key;
  private final Clock clock;
  private final SecureRandom random;

  private CertificateAuthority(
      X509Certificate certificate, PrivateKey key, Clock clock, SecureRandom random) {
    this.certificate = certificate;
    this.key = key;
    this.clock = clock;
    this.random = random;
  }

  /**
   * A certificate and its key, as PEM text.
   *
   * @param chain the certificate, then the authority's
   * @param key PKCS#8, unencrypted
   */
  public record Issued(String chain, String key) {

    /**
     * Writes both files, each as a whole; the key's can be read by its owner only from the first
     * moment. Where there is a certificate, there is its key: that is written before.
     */
    public void write(Path chainFile, Path keyFile) {
      CertificateAuthority.write(keyFile, key, "rw-------");
      CertificateAuthority.write(chainFile, chain, "rw-r--r--");
    }

    @Override
    public String toString() {
      return "Issued[***]";
    }
  }

  /**
   * A new authority.
   *
   * @param name what people see in their list of authorities
   * @param names the host names and addresses that it can vouch for; names below these, too
   */
  public static CertificateAuthority create(
      String name, List<String> names, Clock clock, SecureRandom random) {
    KeyPair pair = keyPair(random);
    X509Certificate own =
        sign(name, null, pair, pair.getPrivate(), names, AUTHORITY_LIFE, clock, random);
    return new CertificateAuthority(own, pair.getPrivate(), clock, random);
  }

  /** An authority that was made before, from its PEM texts. */
  public static CertificateAuthority of(
      String certificate, String key, Clock clock, SecureRandom random) {
    return new CertificateAuthority(
        TlsContexts.certificates(certificate, "the authority's certificate").get(0),
        TlsContexts.privateKey(key, "the authority's key"),
        clock,
        random);
  }

  /**
   * A context of clients who trust one authority and nobody else.
   *
   * @param certificate the authority's, as PEM text
   * @throws WireFault when it is none
   */
  public static SSLContext trusting(String certificate) {
    X509Certificate authority =
        TlsContexts.certificates(certificate, "the authority's certificate").get(0);
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry("authority", authority);
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("the JVM trusts no authority of its user's", e);
    }
  }

  /** The authority's certificate, as PEM text. */
  public String certificate() {
    return pem(certificate);
  }

  /** The authority's own certificate and key, for keeping. */
  public Issued self() {
    return new Issued(pem(certificate), pem(key));
  }

  /**
   * A certificate for a server.
   *
   * @param names host names and IP addresses, at least one; the first becomes the common name
   */
  public Issued issue(List<String> names) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("A certificate needs a name");
    }
    KeyPair pair = keyPair(random);
    X509Certificate leaf =
        sign(names.get(0), certificate, pair, key, names, SERVER_LIFE, clock, random);
    return new Issued(pem(leaf) + pem(certificate), pem(pair.getPrivate()));
  }

  private static X509Certificate sign(
      String name,
      @org.jspecify.annotations.Nullable X509Certificate issuer,
      KeyPair subject,
      PrivateKey signingKey,
      List<String> names,
      Duration life,
      Clock clock,
      SecureRandom random) {
    try {
      // An hour back: the clocks of clients differ.
      Instant from = clock.instant().minus(Duration.ofHours(1));
      Instant to = from.plus(life);
      if (issuer != null && to.isAfter(issuer.getNotAfter().toInstant())) {
        to = issuer.getNotAfter().toInstant();
      }
      var subjectName = new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build();
      var builder =
          new JcaX509v3CertificateBuilder(
              issuer == null ? subjectName : new JcaX509CertificateHolder(issuer).getSubject(),
              new BigInteger(120, random).setBit(119),
              Date.from(from),
              Date.from(to),
              subjectName,
              subject.getPublic());
      boolean authority = issuer == null;
      var ids = new JcaX509ExtensionUtils();
      builder.addExtension(
          Extension.basicConstraints,
          true,
          authority ? new BasicConstraints(0) : new BasicConstraints(false));
      builder.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(
              authority ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          ids.createSubjectKeyIdentifier(subject.getPublic()));
      builder.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
      if (issuer == null) {
        builder.addExtension(Extension.nameConstraints, true, constraints(names));
      } else {
        builder.addExtension(
            Extension.authorityKeyIdentifier,
            false,
            ids.createAuthorityKeyIdentifier(issuer.getPublicKey()));
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(
                names.stream().map(CertificateAuthority::name).toArray(GeneralName[]::new)));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA")
                      .setSecureRandom(random)
                      .build(signingKey)));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new WireFault("No certificate could be made for " + name + ": " + e.getMessage(), e);
    }
  }

  /** Of addresses none but these; and were there no name of a kind, all of that kind would do. */
  private static NameConstraints constraints(List<String> names) {
    List<GeneralName> permitted = new ArrayList<>();
    for (String name : names) {
      boolean address = isAddress(name);
      String block = address ? name + (name.indexOf(':') >= 0 ? "/128" : "/32") : name;
      permitted.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, block));
    }
    permitted.add(new GeneralName(GeneralName.dNSName, "localhost"));
    LOOPBACK.forEach(block -> permitted.add(new GeneralName(GeneralName.iPAddress, block)));
    return new NameConstraints(
        permitted.stream().map(GeneralSubtree::new).toArray(GeneralSubtree[]::new), null);
  }

  private static GeneralName name(String name) {
    return new GeneralName(isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name);
  }

  private static boolean isAddress(String name) {
    return name.indexOf(':') >= 0 || name.matches("[0-9.]+");
  }

  private static KeyPair keyPair(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new WireFault("This JVM makes no P-256 keys", e);
    }
  }

  private static String pem(Object object) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(
          object instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : object);
    } catch (IOException e) {
      throw new WireFault("PEM could not be written", e);
    }
    return text.toString();
  }

  private static void write(Path file, String text, String permissions) {
    try {
      Path draft = file.resolveSibling(file.getFileName() + ".new");
      Files.deleteIfExists(draft);
      if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.createFile(
            draft,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
      }
      try (FileChannel channel =
          FileChannel.open(draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        channel.force(true);
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new WireFault(file + " cannot be written: " + e.getMessage(), e);
    }
  }
}
