package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.policy.Decision;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.storage.Storage;

/** Why a recipient was taken or refused can be asked of a running server. */
final class DecisionsTest {

  @Test
  void keepsEveryRuleThatWasAskedForARecipient() {
    try (MailServer server =
            MailServer.builder()
                .hostname("mail.example.org")
                .domains("example.org")
                .set("mynetworks", "192.0.2.0/24")
                .storage(Storage.inMemory())
                .bind(InetAddress.getLoopbackAddress())
                .listen(Role.MX, 0)
                .account("ada@example.org", "correct horse")
                .start();
        SocketPeer peer = SocketPeer.to(server.address(Role.MX))) {
      peer.readLine();
      say(peer, "HELO far.example.net");
      say(peer, "MAIL FROM:<bob@example.net>");
      assertThat(say(peer, "RCPT TO:<eve@example.com>")).startsWith("454 4.7.1 ");
      assertThat(say(peer, "RCPT TO:<ada@example.org>")).startsWith("250 ");

      List<Decision> decisions =
          server.inside().decisions().stream().map(RecentDecisions.Entry::decision).toList();

      assertThat(decisions).hasSize(2);
      Decision refused = decisions.get(0);
      assertThat(refused.isPermitted()).isFalse();
      assertThat(refused.steps())
          .extracting(Decision.Step::rule)
          .containsExactly(
              "permit_mynetworks", "permit_sasl_authenticated", "defer_unauth_destination");
      assertThat(refused.toString()).contains("127.0.0.1", "eve@example.com");
      assertThat(decisions.get(1).isPermitted()).isTrue();
    }
  }

  private static String say(SocketPeer peer, String line) {
    peer.send(line + "\r\n");
    return peer.readLine();
  }
}
