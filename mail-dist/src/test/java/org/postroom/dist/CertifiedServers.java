package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.postroom.core.testing.FreePorts;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.storage.Storage;

/**
 * Servers of ours, one for each thing that can be right or wrong with TLS, which have it once
 * behind STARTTLS and once with the handshake first. They take mail for bob in any of the domains.
 */
final class CertifiedServers implements AutoCloseable {
  /** What clients call them. */
  static final List<String> NAMES = List.of("localhost", "mx.far.test", "mx.bare.test");

  private static final String BOB = "bob@far.test";
  private static final Pattern SUBJECT = Pattern.compile("(?m)^Subject: (\\S+)\r?$");

  /** What a listener shows. */
  enum Shows {
    RIGHT,
    EXPIRED,
    EARLY,
    UNTRUSTED,
    WRONG_NAME,
    SELF_SIGNED,
    NO_STARTTLS,
    NO_HANDSHAKE;

    /** As a domain has it. */
    String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private final Map<Shows, Integer> ports = new EnumMap<>(Shows.class);
  private final Map<Shows, Integer> wrapped = new EnumMap<>(Shows.class);
  private final Map<Shows, X509Certificate> certificates = new EnumMap<>(Shows.class);
  private final CertificateAuthority authority;
  private final Path folder;
  private final List<MailServer> servers = new ArrayList<>();

  /** Takes STARTTLS, and then has no certificate to show. */
  private final RelayHop hop;

  private final Map<String, String> arrivedInClear = new TreeMap<>();

  /** Starts them, with what they need in a folder. */
  CertifiedServers(Path folder, List<String> domains) throws Exception {
    this.folder = folder;
    Clock now = Clock.systemUTC();
    SecureRandom random = new SecureRandom();
    List<String> vouchedFor = List.of("localhost", "far.test", "bare.test", "other.test");
    authority = CertificateAuthority.create("Far CA", vouchedFor, now, random);
    CertificateAuthority.Issued self = authority.self();
    Files.writeString(authorityFile(), authority.certificate());
    CertificateAuthority.Issued right = authority.issue(NAMES);
    write(Shows.RIGHT, right);
    write(
        Shows.EXPIRED,
        CertificateAuthority.of(self.chain(), self.key(), at("2020-01-01T00:00:00Z"), random)
            .issue(NAMES));
    Clock later = Clock.offset(now, Duration.ofDays(400));
    write(
        Shows.EARLY, CertificateAuthority.of(self.chain(), self.key(), later, random).issue(NAMES));
    write(
        Shows.UNTRUSTED,
        CertificateAuthority.create("Other CA", vouchedFor, now, random).issue(NAMES));
    write(Shows.WRONG_NAME, authority.issue(List.of("mx.other.test")));
    write(Shows.SELF_SIGNED, selfSigned(random));
    write(Shows.NO_STARTTLS, right);

    SSLContext keyless = SSLContext.getInstance("TLS");
    keyless.init(null, null, null);
    hop = RelayHop.open(now).offers("STARTTLS").tls(keyless);
    ports.put(Shows.NO_HANDSHAKE, hop.port());
    for (Shows one : certificates.keySet()) {
      servers.add(start(one, domains));
    }
    wrapped.put(Shows.NO_STARTTLS, ports.get(Shows.NO_STARTTLS)); // it greets in clear
  }

  private MailServer start(Shows one, List<String> domains) throws IOException {
    Path own = Files.createDirectory(folder.resolve(one.label()));
    boolean secured = one != Shows.NO_STARTTLS;
    StringBuilder services = new StringBuilder();
    ports.put(one, listen(services, "smtpd_tls_security_level=" + (secured ? "may" : "none")));
    if (secured) {
      wrapped.put(one, listen(services, "smtpd_tls_wrappermode=yes"));
    }
    Files.writeString(own.resolve("master.cf"), services);
    Path main =
        Files.writeString(
            own.resolve("main.cf"),
            String.join(
                "\n",
                "compatibility_level = 3.6",
                "myhostname = mx.far.test",
                "inet_protocols = ipv4",
                "listeners = imap:0",
                "smtpd_tls_cert_file = " + file(one, ".pem"),
                "smtpd_tls_key_file = " + file(one, ".key"),
                "virtual_mailbox_domains = far.test",
                "virtual_alias_domains = " + String.join(" ", domains),
                "virtual_alias_maps = static:" + BOB,
                ""));
    return MailServer.builder()
        .configuration(main)
        .storage(Storage.inMemory())
        .account(BOB, "correct horse")
        .start();
  }

  private Path file(Shows one, String end) {
    return folder.resolve(one.label() + end);
  }

  private static Clock at(String instant) {
    return Clock.fixed(Instant.parse(instant), ZoneOffset.UTC);
  }

  private static int listen(StringBuilder services, String option) {
    int port = FreePorts.take();
    services.append("127.0.0.1:").append(port).append(" inet n - n - - smtpd\n");
    services.append("  -o ").append(option).append('\n');
    return port;
  }

  private void write(Shows one, CertificateAuthority.Issued issued) throws Exception {
    write(one, issued.key(), issued.chain());
  }

  private void write(Shows one, String key, String chain) throws Exception {
    new CertificateAuthority.Issued(chain, key).write(file(one, ".pem"), file(one, ".key"));
    certificates.put(
        one,
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(chain.getBytes(US_ASCII)))
                .iterator()
                .next());
  }

  private static String pem(Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    return text.toString();
  }

  private void write(Shows one, KeyPair pair, X509Certificate certificate) throws Exception {
    write(one, pem(new JcaPKCS8Generator(pair.getPrivate(), null)), pem(certificate));
  }

  private void write(Shows one, SelfSigned made) throws Exception {
    write(one, made.pair(), made.certificate());
  }

  private record SelfSigned(KeyPair pair, X509Certificate certificate) {}

  /** For the right names, and of nobody. */
  private static SelfSigned selfSigned(SecureRandom random) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256, random);
    KeyPair pair = generator.generateKeyPair();
    X500Name name = new X500Name("CN=localhost");
    Instant now = Instant.now();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            BigInteger.valueOf(7),
            Date.from(now.minus(Duration.ofHours(1))),
            Date.from(now.plus(Duration.ofDays(30))),
            name,
            pair.getPublic());
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(
            NAMES.stream()
                .map(one -> new GeneralName(GeneralName.dNSName, one))
                .toArray(GeneralName[]::new)));
    return new SelfSigned(
        pair,
        new JcaX509CertificateConverter()
            .getCertificate(
                builder.build(
                    new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))));
  }

  /** The certificate (PEM) of who vouches for all but two of them. */
  Path authorityFile() {
    return folder.resolve("ca.pem");
  }

  int port(Shows one, boolean handshakeFirst) {
    return (handshakeFirst ? wrapped : ports).get(one);
  }

  /** SHA-256 of a listener's certificate, as administrators write it. */
  String fingerprint(Shows one) throws Exception {
    return HexFormat.ofDelimiter(":")
        .withUpperCase()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(certificates.get(one).getEncoded()));
  }

  /** Records that name who vouches (RFC 7671, 5.2), for a host at all ports. */
  List<String> tlsa(String host) throws Exception {
    X509Certificate own =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(
                    new ByteArrayInputStream(authority.certificate().getBytes(US_ASCII)));
    String digest =
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(own.getEncoded()));
    return ports.values().stream()
        .map(port -> "_" + port + "._tcp." + host + " TLSA 2 0 1 " + digest)
        .toList();
  }

  /** What came, by its subject: {@code tls} or {@code clear}. */
  Map<String, String> arrived() {
    while (hop.unread() > 0) {
      arrivedInClear.put(subject(hop.await().text()), "clear");
    }
    Map<String, String> all = new TreeMap<>(arrivedInClear);
    for (MailServer server : servers) {
      for (String mail : Inbox.of(server, BOB)) {
        boolean secured = mail.contains("by mx.far.test (Postroom) with ESMTPS");
        all.put(subject(mail), secured ? "tls" : "clear");
      }
    }
    return all;
  }

  private static String subject(String mail) {
    Matcher subject = SUBJECT.matcher(mail);
    if (!subject.find()) {
      throw new AssertionError("a mail without a subject: " + mail);
    }
    return subject.group(1);
  }

  @Override
  public void close() {
    servers.forEach(MailServer::close);
    hop.close();
  }
}
