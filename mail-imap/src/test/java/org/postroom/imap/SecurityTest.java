package org.postroom.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.core.testing.ScramClient.base64;
import static org.postroom.core.testing.ScramClient.text;

import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.testing.HandshakeTries;
import org.postroom.core.testing.ScramClient;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.TestTls;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.SocketPeer;

/** TLS, and log-in without showing the password. */
@Timeout(60)
class SecurityTest {
  private final ImapHouse house = ImapHouse.ofTranscripts();

  @AfterEach
  void stop() {
    house.close();
  }

  private static String ask(Peer client, String line) {
    client.send(line + "\r\n");
    return client.readLine();
  }

  @Test
  @Shows("A6.2")
  void forgetsWhatWasSentBehindStarttls() throws Exception {
    InetSocketAddress address = house.listen(false);
    Socket plain = new Socket(address.getAddress(), address.getPort());
    SocketPeer client = SocketPeer.on(plain);
    assertThat(client.readLine()).contains("STARTTLS");

    client.send("a STARTTLS\r\nb LOGIN ada pw\r\nc NOOP\r\n");
    assertThat(client.readLine()).startsWith("a OK");
    SocketPeer inside = SocketPeer.on(TestTls.startTls(plain));

    // Nothing is volunteered, and nobody is logged in.
    assertThat(ask(inside, "d SELECT INBOX")).isEqualTo("d BAD Not logged in.");
    assertThat(ask(inside, "e CAPABILITY")).contains("AUTH=PLAIN").doesNotContain("STARTTLS");
    assertThat(inside.readLine()).startsWith("e OK");
    assertThat(ask(inside, "f STARTTLS")).startsWith("f BAD");
    assertThat(ask(inside, "g LOGIN ada pw")).startsWith("g OK [CAPABILITY ");
  }

  @Test
  void aClientHelloRightBehindTheAnswerIsNeverLost() throws Exception {
    assertThat(
            HandshakeTries.of(house.listen(false), "a STARTTLS\r\n", "a OK")
                .failures(HandshakeTries.MANY, 3))
        .isEmpty();
  }

  @Test
  void speaksTlsFromTheStartOnImaps() throws Exception {
    SocketPeer client = SocketPeer.on(TestTls.connect(house.listen(true)));

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
    ScramClient scram = new ScramClient("n,,", "ada", "abc", "pw");

    String serverFirst =
        text(ask(client, "a AUTHENTICATE SCRAM-SHA-256 " + base64(scram.first())).substring(2));
    String serverLast = text(ask(client, base64(scram.last(serverFirst))).substring(2));

    assertThat(serverFirst).startsWith("r=abc");
    assertThat(serverLast).isEqualTo(scram.verifier());
    assertThat(ask(client, "")).startsWith("a OK [CAPABILITY ");
    assertThat(ask(client, "b NOOP")).startsWith("b OK");
  }
}
