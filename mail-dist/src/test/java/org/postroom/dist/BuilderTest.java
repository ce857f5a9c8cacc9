package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.Transport;
import org.postroom.core.door.Door;
import org.postroom.core.filter.Finding;
import org.postroom.core.mail.Envelope;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Outgoing;
import org.postroom.core.part.Part;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;
import org.postroom.core.part.Welcome;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.Tables;
import org.postroom.core.testing.FreePorts;
import org.postroom.core.testing.Until;
import org.postroom.storage.Storage;

/** What a builder is told, and what becomes of it. */
@Timeout(60)
final class BuilderTest {
  private static final String ADA = "ada@example.org";
  private static final byte[] MAIL = "Subject: x\r\n\r\nbody\r\n".getBytes(US_ASCII);

  private static ServerBuilder described() {
    return MailServer.builder()
        .hostname("mail.example.org")
        .domains("example.org")
        .storage(Storage.inMemory())
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .account(ADA, "correct horse");
  }

  @Test
  void twoDoorsAreNotToBeHadAtOnePort() {
    int port = FreePorts.take();
    ServerBuilder builder = described().listen(Role.MX, port).listen(Role.IMAP, port);

    assertThatThrownBy(builder::start)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("smtp and imap are both to listen on 127.0.0.1 port " + port);
  }

  @Test
  void whatItIsToldAfterAStartIsForAnotherServer() {
    ServerBuilder builder = described();
    try (MailServer server = builder.start()) {
      builder
          .hostname("other.example.org")
          .filter("never", mail -> Finding.refused(550, ".7.1", "never"))
          .listen(Role.IMAP, 0);

      server.reload();

      assertThat(server.inside().settings().get(PolicyParams.MYHOSTNAME))
          .isEqualTo("mail.example.org");
      assertThat(server.doors()).containsOnlyKeys(Role.MX);
      server.submit(Envelope.parse("", ADA), MAIL).orThrow();
      assertThat(Inbox.of(server, ADA)).hasSize(1);
    }
  }

  /** An application that says no more is there for itself. */
  @Test
  void listensOnLoopbackWhereNothingElseIsSaid() {
    ServerBuilder builder =
        MailServer.builder()
            .hostname("mail.example.org")
            .storage(Storage.inMemory())
            .listen(Role.MX, 0);
    try (MailServer server = builder.start()) {
      assertThat(server.doors().get(Role.MX))
          .isNotEmpty()
          .allSatisfy(
              at -> assertThat(((InetSocketAddress) at).getAddress().isLoopbackAddress()).isTrue());
    }
    assertThat(
            builder
                .set("inet_interfaces", "all")
                .inside()
                .checked()
                .settings()
                .text(PolicyParams.INET_INTERFACES))
        .isEqualTo("all");
  }

  /** A folder that appears where the application was started is no place for mail. */
  @Test
  void whereMailIsKeptHasToBeSaid() {
    ServerBuilder builder =
        MailServer.builder().hostname("mail.example.org").bind(InetAddress.getLoopbackAddress());

    assertThatThrownBy(builder::start)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("storage_url: it is not said where mail is kept");
    assertThat(builder.set("storage_url", "memory:").check()).isNotNull();
  }

  @Test
  void aNameThatIsNoneFailsTheStart() {
    assertThatThrownBy(() -> described().set("mesage_size_limit", "5").start())
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("mesage_size_limit")
        .hasMessageContaining("message_size_limit");
  }

  /** Listens for nothing; mail can leave by it. */
  private record Loft(List<String> flown) implements Part, Service {
    @Override
    public List<ParamSet> params() {
      return List.of();
    }

    @Override
    public List<Door> doors() {
      return List.of();
    }

    @Override
    public Service open(Premises premises, Settings started) {
      return this;
    }

    @Override
    public List<String> transports(Outgoing outgoing) {
      return List.of("pigeon");
    }

    @Override
    public Map<String, Transport> transports(
        Outgoing outgoing, Policy policy, OwnAddresses own, Tables tables) {
      return Map.of(
          "pigeon",
          (mail, nextHop) -> {
            flown.add(nextHop);
            return CompletableFuture.completedFuture(
                Transport.Report.all(
                    mail, new DeliveryResult.Delivered(nextHop, "2.0.0", "flown", true)));
          });
    }

    @Override
    public Welcome welcome(
        Door door, SocketAddress address, Settings settings, Generation generation) {
      throw new IllegalArgumentException("no door: " + door);
    }
  }

  @Test
  void aPartWithoutDoorsGivesItsTransports() {
    Loft loft = new Loft(new CopyOnWriteArrayList<>());
    ServerBuilder builder = described().set("content_filter", "pigeon:north");
    builder.inside().part(loft);
    try (MailServer server = builder.start()) {
      server.submit(Envelope.parse("", ADA), MAIL).orThrow();

      Until.so(() -> loft.flown().equals(List.of("north")));
      assertThat(Inbox.of(server, ADA)).isEmpty();
    }
  }
}
