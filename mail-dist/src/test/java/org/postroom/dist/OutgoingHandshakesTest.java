package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.dist.RelayHouse.BOB;
import static org.postroom.dist.RelayHouse.MESSAGE;

import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.wire.CertificateAuthority;

/** What we bring to handshakes with other servers. */
@Tag("two-clocks")
final class OutgoingHandshakesTest {
  private static final CertificateAuthority AUTHORITY =
      CertificateAuthority.create(
          "Hop CA",
          List.of("hop.example", "mail.example.org"),
          Clock.systemUTC(),
          new SecureRandom());

  @TempDir private Path folder;
  private final RelayHouse house = new RelayHouse();
  private final RelayHop hop = house.relayhost();

  /** How often the hop has shown its certificate: once in each handshake that is a whole one. */
  private final AtomicInteger shown = new AtomicInteger();

  @AfterEach
  void stop() {
    house.close();
    hop.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void showsItsCertificateToWhoAsks(boolean inOneFile) throws Exception {
    CertificateAuthority.Issued ours = AUTHORITY.issue(List.of("mail.example.org"));
    Path chain = folder.resolve("chain.pem");
    Path key = folder.resolve("key.pem");
    ours.write(chain, key);
    if (inOneFile) {
      Files.writeString(key, ours.key() + ours.chain());
      house.set("smtp_tls_chain_files", key.toString());
    } else {
      house.set("smtp_tls_cert_file", chain.toString()).set("smtp_tls_key_file", key.toString());
    }
    hop.offers("STARTTLS").tls(certified()).wantsCertificates();
    house.set("smtp_tls_security_level", "encrypt").start();

    house.send(BOB, MESSAGE);

    hop.await();
    assertThat(hop.visits().get(0).shown).isEqualTo(certificates(ours)[0]);
  }

  @Test
  void showsNoneWhereItHasNone() throws Exception {
    hop.offers("STARTTLS").tls(certified()).wantsCertificates();
    house.set("smtp_tls_security_level", "encrypt").start();

    house.send(BOB, MESSAGE);

    hop.await();
    assertThat(hop.visits().get(0).protectedByTls).isTrue();
    assertThat(hop.visits().get(0).shown).isNull();
  }

  @Test
  void aKeyThatOthersCanReadIsRefused() throws Exception {
    CertificateAuthority.Issued ours = AUTHORITY.issue(List.of("mail.example.org"));
    Path both = folder.resolve("both.pem");
    Files.writeString(both, ours.key() + ours.chain());
    Files.setPosixFilePermissions(both, PosixFilePermissions.fromString("rw-r--r--"));
    house.set("smtp_tls_cert_file", both.toString());

    assertThatThrownBy(house::start)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("smtp_tls_cert_file")
        .hasMessageContaining("chmod 0600");
  }

  /** What must be safe may be spoken otherwise than what only may be. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "may|'<=TLSv1.2'|>=TLSv1|TLSv1.2",
        "may|>=TLSv1|'<=TLSv1.2'|TLSv1.3",
        "encrypt|>=TLSv1|'!TLSv1.3'|TLSv1.2",
        "encrypt protocols=TLSv1.2|>=TLSv1|>=TLSv1|TLSv1.2",
      })
  void speaksTheVersionsThatItMay(String level, String may, String must, String version)
      throws Exception {
    hop.offers("STARTTLS").tls(certified());
    house
        .set("smtp_tls_policy_maps", "inline:{ {" + hop.name() + " = " + level + "} }")
        .set("smtp_tls_protocols", may)
        .set("smtp_tls_mandatory_protocols", must)
        .start();

    house.send(BOB, MESSAGE);

    hop.await();
    assertThat(hop.visits().get(0).version).isEqualTo(version);
  }

  /** A second connection goes on where the first has left off (RFC 8446, 2.2; RFC 5077). */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void aSecondHandshakeIsAShortOne(String version) throws Exception {
    hop.offers("STARTTLS").tls(certified());
    house.set("smtp_tls_protocols", version).start();
    house.send(BOB, MESSAGE);
    hop.await();
    house.awaitEmptyQueue();

    house.time.advance(Duration.ofSeconds(3)); // it says goodbye
    house.send(BOB, MESSAGE);
    hop.await();

    assertThat(hop.visits())
        .hasSize(2)
        .allMatch(visit -> visit.protectedByTls && version.equals(visit.version));
    assertThat(shown).hasValue(1);
  }

  private static Certificate[] certificates(CertificateAuthority.Issued issued) throws Exception {
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(issued.chain().getBytes(UTF_8)))
        .toArray(Certificate[]::new);
  }

  private SSLContext certified() throws Exception {
    CertificateAuthority.Issued issued = AUTHORITY.issue(List.of("hop.example"));
    KeyStore keys = KeyStore.getInstance(KeyStore.getDefaultType());
    keys.load(null, null);
    try (PEMParser parser = new PEMParser(new StringReader(issued.key()))) {
      PrivateKey key = new JcaPEMKeyConverter().getPrivateKey((PrivateKeyInfo) parser.readObject());
      keys.setKeyEntry("hop", key, new char[0], certificates(issued));
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        new KeyManager[] {new Counting((X509KeyManager) managers.getKeyManagers()[0])},
        new TrustManager[] {new Anybody()},
        null);
    return context;
  }

  /** Counts what it is asked for on behalf of the server. */
  private final class Counting extends X509ExtendedKeyManager {
    private final X509KeyManager keys;

    Counting(X509KeyManager keys) {
      this.keys = keys;
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      String alias = keys.chooseServerAlias(type, issuers, socket);
      if (alias != null) {
        shown.incrementAndGet();
      }
      return alias;
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
      return keys.getServerAliases(type, issuers);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return keys.getCertificateChain(alias);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return keys.getPrivateKey(alias);
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
      return new String[0];
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      return null;
    }
  }

  /** Whoever shows a certificate has one. */
  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
