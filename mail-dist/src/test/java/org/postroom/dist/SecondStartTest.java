package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.refusal.WireFault;
import org.postroom.storage.Storage;

/** Who starts a server twice hears of the first one, not of "another program" on its ports. */
@Timeout(60)
final class SecondStartTest {
  @TempDir private Path folder;

  private ServerBuilder described(int port) {
    return MailServer.builder()
        .hostname("mail.example.org")
        .storage(Storage.h2(folder))
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, port);
  }

  @Test
  void saysWhichProcessRunsOnTheStore() {
    try (MailServer first = described(0).start()) {
      ServerBuilder second = described(first.address(Role.MX).getPort());

      assertThatThrownBy(second::start)
          .isInstanceOf(WireFault.class)
          .hasMessageContaining("a server runs on " + folder + " already")
          .hasMessageContaining("stop process " + ProcessHandle.current().pid());
      assertThat(first.inside().accounts().list()).isEmpty();
    }
  }
}
