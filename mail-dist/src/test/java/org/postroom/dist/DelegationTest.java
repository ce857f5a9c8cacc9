package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.SmallPolicyServer;
import org.postroom.core.testing.Until;
import org.postroom.storage.Storage;

/** A whole server asks a policy server, and lets it go at its end. */
@Timeout(60)
final class DelegationTest {
  private static final byte[] MAIL = "Subject: one\r\n\r\nOne.\r\n".getBytes(US_ASCII);

  @TempDir private Path folder;

  private static String answer(String request) {
    return SmallPolicyServer.action(
        request.contains("\nsender=eve@far.test\n") ? "REJECT not you" : "DUNNO");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void asksAndLetsGo(boolean tcp) throws Exception {
    try (SmallPolicyServer policy =
        tcp
            ? SmallPolicyServer.byTcp(DelegationTest::answer)
            : SmallPolicyServer.at(folder.resolve("policy"), DelegationTest::answer)) {
      try (MailServer server =
              MailServer.builder()
                  .hostname("mail.example.org")
                  .domains("example.org")
                  .storage(Storage.inMemory())
                  .account("ada@example.org", "correct horse")
                  .set("inet_interfaces", "loopback-only")
                  .set("mynetworks", "192.0.2.0/24")
                  .set(
                      "smtpd_recipient_restrictions",
                      "reject_unauth_destination, check_policy_service " + policy.name())
                  .listen(Role.MX, 0)
                  .start();
          SmtpDialogue client = SmtpDialogue.open(server.address(Role.MX).getPort())) {
        assertThat(client.send("eve@far.test", "ada@example.org", MAIL))
            .startsWith("554 5.7.1 <ada@example.org>: Recipient address rejected: not you");
        assertThat(client.send("bob@far.test", "ada@example.org", MAIL)).startsWith("250 ");
        server.reload();
        try (SmtpDialogue after = SmtpDialogue.open(server.address(Role.MX).getPort())) {
          assertThat(after.send("eve@far.test", "ada@example.org", MAIL)).startsWith("554 ");
        }
        assertThat(policy.connections()).as("one for both generations").isEqualTo(1);
      }

      Until.so(() -> policy.open() == 0);
    }
  }
}
