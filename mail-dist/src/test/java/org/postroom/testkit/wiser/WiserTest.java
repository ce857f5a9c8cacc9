package org.postroom.testkit.wiser;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postroom.testkit.greenmail.GreenMailUtil;
import org.postroom.testkit.greenmail.ServerSetup;

/** What tests for Wiser rely on beside the usual. */
final class WiserTest {
  private final Wiser wiser = Wiser.port(0);

  @AfterEach
  void stop() {
    wiser.stop();
  }

  private void send(String to, String subject) {
    int port = wiser.getServer().getPortAllocated();
    GreenMailUtil.sendTextEmail(
        to,
        "shop@example.net",
        subject,
        "Hello.",
        new ServerSetup(port, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
  }

  @Test
  void theListMayBeCleared() throws Exception {
    wiser.start();
    send("ada@example.org", "one");
    assertThat(wiser.getMessages()).hasSize(1);

    wiser.getMessages().clear();

    assertThat(wiser.getMessages()).isEmpty();
    send("ada@example.org, bob@example.org", "two");
    assertThat(wiser.getMessages()).hasSize(2);
    assertThat(wiser.getMessages().remove(0).getMimeMessage().getSubject()).isEqualTo("two");
    assertThat(wiser.getMessages()).hasSize(1);
  }

  @Test
  void messagesOutliveTheServer() throws Exception {
    assertThat(wiser.getMessages()).isEmpty();
    wiser.start();
    send("ada@example.org", "one");
    wiser.stop();

    assertThat(wiser.getMessages()).hasSize(1);
    assertThat(wiser.getMessages().get(0).getMimeMessage().getContent()).isEqualTo("Hello.\r\n");
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    wiser.dumpMessages(new PrintStream(shown, true, UTF_8));
    assertThat(shown.toString(UTF_8)).contains("Subject: one");
    assertThatThrownBy(wiser::getServer).hasMessageContaining("start()");

    wiser.start();
    send("ada@example.org", "two");
    assertThat(wiser.getMessages()).as("with those from before").hasSize(2);
  }
}
