package org.postroom.imap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.SocketPeer;

/** TLS, and log-in without showing the password. */
@Timeout(60)
class SecurityTest {
  private final ImapHouse house = new ImapHouse();

  @AfterEach
  void stop() {
    house.close();
  }

  private static String ask(Peer client, String line) {
    client.send(line + "\r\n");
    return client.readLine();
  }

  @Test
  void forgetsWhatWasSentBehindStarttls() throws Exception {
    InetSocketAddress address = house.listen(false);
    Socket plain = new Socket(address.getAddress(), address.getPort());
    SocketPeer client = SocketPeer.on(plain);
    assertThat(client.readLine()).contains("STARTTLS");

    client.send("a STARTTLS\r\nb LOGIN ada pw\r\nc NOOP\r\n");
    assertThat(client.readLine()).startsWith("a OK");
    SSLSocket secure =
        (SSLSocket)
            trusting().getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
    secure.startHandshake();
    SocketPeer inside = SocketPeer.on(secure);

    // Nothing is volunteered, and nobody is logged in.
    assertThat(ask(inside, "d SELECT INBOX")).isEqualTo("d BAD Not logged in.");
    assertThat(ask(inside, "e CAPABILITY")).contains("AUTH=PLAIN").doesNotContain("STARTTLS");
    assertThat(inside.readLine()).startsWith("e OK");
    assertThat(ask(inside, "f STARTTLS")).startsWith("f BAD");
    assertThat(ask(inside, "g LOGIN ada pw")).startsWith("g OK [CAPABILITY ");
  }

  @Test
  void speaksTlsFromTheStartOnImaps() throws Exception {
    InetSocketAddress address = house.listen(true);
    SSLSocket secure =
        (SSLSocket) trusting().getSocketFactory().createSocket("localhost", address.getPort());
    SocketPeer client = SocketPeer.on(secure);

    assertThat(client.readLine())
        .startsWith("* OK [CAPABILITY IMAP4rev1 ")
        .contains("AUTH=LOGIN")
        .doesNotContain("STARTTLS");
    assertThat(ask(client, "a LOGIN ada pw")).startsWith("a OK");
  }

  @Test
  void authenticatesByScram() throws Exception {
    Peer client = house.connect(1);
    client.readLine();

    String first = ask(client, "a AUTHENTICATE SCRAM-SHA-256 " + base64("n,,n=ada,r=abc"));
    String serverFirst = text(first.substring(2));
    String last = "c=biws," + serverFirst.substring(0, serverFirst.indexOf(','));
    String proof = proof("pw", serverFirst, "n=ada,r=abc," + serverFirst + "," + last);
    String verifier = ask(client, base64(last + ",p=" + proof));

    assertThat(serverFirst).startsWith("r=abc");
    assertThat(text(verifier.substring(2))).startsWith("v=");
    assertThat(ask(client, "")).startsWith("a OK [CAPABILITY ");
    assertThat(ask(client, "b NOOP")).startsWith("b OK");
  }

  private static SSLContext trusting() throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    byte[] pem = ImapHouse.AUTHORITY.certificate().getBytes(UTF_8);
    trusted.setCertificateEntry(
        "ca",
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem)));
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private static String text(String base64) {
    return new String(Base64.getDecoder().decode(base64), UTF_8);
  }

  /** RFC 5802, 3. */
  private static String proof(String password, String serverFirst, String message)
      throws Exception {
    String[] fields = serverFirst.split(",");
    byte[] salt = Base64.getDecoder().decode(fields[1].substring(2));
    int iterations = Integer.parseInt(fields[2].substring(2));
    byte[] salted =
        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
            .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, 256))
            .getEncoded();
    byte[] key = hmac(salted, "Client Key");
    byte[] signature = hmac(MessageDigest.getInstance("SHA-256").digest(key), message);
    for (int i = 0; i < key.length; i++) {
      key[i] ^= signature[i];
    }
    return Base64.getEncoder().encodeToString(key);
  }

  private static byte[] hmac(byte[] key, String text) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(UTF_8));
  }
}
