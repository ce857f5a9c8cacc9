package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.part.Part;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;
import org.postroom.core.part.Welcome;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.ListenerOptions;
import org.postroom.core.wire.Session;
import org.postroom.storage.Storage;

/** An application adds a part of its own, as the server's own protocols are parts. */
@Timeout(60)
final class AddedPartTest {
  private static final Door DAYTIME = new Door("daytime", 13, false);
  private static final ParamSet.Builder SET = ParamSet.named("daytime");
  private static final Param<String> TEXT = SET.text("daytime_text", "noon", "What it says.");
  private static final ParamSet ALL = SET.build();

  /** Says what is set, and which client it was of all generations, and closes. */
  private static final class DaytimePart implements Part {
    @Override
    public List<ParamSet> params() {
      return List.of(ALL);
    }

    @Override
    public List<Door> doors() {
      return List.of(DAYTIME);
    }

    @Override
    public Service open(Premises premises, Settings started) {
      AtomicInteger clients = new AtomicInteger();
      return (door, address, settings, generation) ->
          new Welcome(
              options(door, address),
              connection ->
                  new Telling(
                      connection,
                      settings.get(TEXT)
                          + " "
                          + clients.incrementAndGet()
                          + " of "
                          + generation.number()));
    }

    private static ListenerOptions options(Door door, SocketAddress address) {
      return new ListenerOptions(
          door.name(), address, Optional.empty(), 10, 100, Duration.ofSeconds(10), "full\r\n");
    }
  }

  private record Telling(Connection connection, String text) implements Session {
    @Override
    public void opened() {
      connection.out().write((text + "\r\n").getBytes(US_ASCII));
      connection.close();
    }

    @Override
    public void ready() {}

    @Override
    public void timedOut() {}

    @Override
    public void shuttingDown() {}

    @Override
    public void closed() {}
  }

  @TempDir private Path folder;

  private String hear(MailServer server) {
    try (SocketPeer peer = SocketPeer.to(server.address(DAYTIME))) {
      return peer.readLine();
    }
  }

  @Test
  void itsDoorAndParametersAreLikeAllOthers() throws Exception {
    Path mainCf = folder.resolve("main.cf");
    Files.writeString(
        mainCf, "myhostname = mail.example.org\nlisteners = daytime:0\ndaytime_text = morning\n");
    ServerBuilder described =
        MailServer.builder()
            .configuration(mainCf)
            .storage(Storage.inMemory())
            .bind(InetAddress.getLoopbackAddress());
    described.inside().part(new DaytimePart());
    assertThat(described.doors()).contains(DAYTIME, Role.MX);

    try (MailServer server = described.start()) {
      assertThat(hear(server)).isEqualTo("morning 1 of 1");

      server.reload(now -> now.set(TEXT, "evening"));

      assertThat(hear(server)).isEqualTo("evening 2 of 2");
    }
  }

  @Test
  void withoutItItsNameIsUnknownAndTwiceItIsTooMany() {
    assertThatThrownBy(MailServer.builder().set("listeners", "daytime:0")::check)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("\"daytime:0\" is no listener");
    ServerBuilder twice = MailServer.builder();
    twice.inside().part(new DaytimePart()).part(new DaytimePart());
    assertThatThrownBy(twice::check)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("daytime");
  }
}
