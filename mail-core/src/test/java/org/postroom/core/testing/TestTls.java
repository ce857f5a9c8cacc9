package org.postroom.core.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.TlsContexts;

/** TLS for tests: an authority, a server's certificate of it, and clients that trust it. */
public final class TestTls {
  private static final int HANDSHAKE_MILLIS = 30_000;

  private static final CertificateAuthority AUTHORITY =
      CertificateAuthority.create(
          "Test CA", List.of("localhost"), Clock.systemUTC(), new SecureRandom());

  /** For a server on the loopback, which {@link #trusting()} trusts. */
  public static final TlsContext SERVER = server();

  private TestTls() {}

  private static TlsContext server() {
    CertificateAuthority.Issued issued = AUTHORITY.issue(List.of("localhost", "127.0.0.1"));
    return TlsContexts.server(issued.chain(), issued.key());
  }

  /** Trusts the authority of {@link #SERVER} and nobody else. */
  public static SSLContext trusting() {
    return CertificateAuthority.trusting(AUTHORITY.certificate());
  }

  /** For a server of the JDK that has this certificate. */
  public static SSLContext serving(CertificateAuthority.Issued issued)
      throws GeneralSecurityException, IOException {
    Certificate[] chain =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(issued.chain().getBytes(US_ASCII)))
            .toArray(Certificate[]::new);
    KeyStore keys = KeyStore.getInstance(KeyStore.getDefaultType());
    keys.load(null, null);
    keys.setKeyEntry("server", key(issued.key()), new char[0], chain);
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  private static PrivateKey key(String pem) throws IOException {
    try (PEMParser parser = new PEMParser(new StringReader(pem))) {
      return new JcaPEMKeyConverter().getPrivateKey((PrivateKeyInfo) parser.readObject());
    }
  }

  /** A client's socket to a {@link #SERVER} that speaks TLS from the start. */
  public static Socket connect(InetSocketAddress server)
      throws GeneralSecurityException, IOException {
    return trusting().getSocketFactory().createSocket("localhost", server.getPort());
  }

  /** Goes on under TLS, with a {@link #SERVER} that has agreed to. */
  public static Socket startTls(Socket plain) throws GeneralSecurityException, IOException {
    return startTls(plain, trusting());
  }

  /** Goes on under TLS, with a server that {@code trusting} trusts and that has agreed to. */
  public static Socket startTls(Socket plain, SSLContext trusting) throws IOException {
    SSLSocket secure =
        (SSLSocket)
            trusting.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
    int patience = plain.getSoTimeout();
    secure.setSoTimeout(HANDSHAKE_MILLIS); // a peer may wait for its lines in much shorter steps
    secure.startHandshake();
    secure.setSoTimeout(patience);
    return secure;
  }
}
