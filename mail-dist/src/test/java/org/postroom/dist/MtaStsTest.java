package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.dist.RelayHouse.MESSAGE;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.TestTls;
import org.postroom.core.testing.TestWebServer;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.storage.Storage;

/** Mail for a domain that says by MTA-STS where its mail may go: a whole server, and its hosts. */
@Tag("two-clocks")
final class MtaStsTest {
  private static final String EVE = "eve@far.test";
  private static final String POLICY =
      "version: STSv1\r\nmode: %s\r\nmx: mx.far.test\r\nmax_age: 604800\r\n";

  @TempDir private Path folder;
  private final CertificateAuthority authority =
      CertificateAuthority.create(
          "Test CA", List.of("far.test", "other.test"), Clock.systemUTC(), new SecureRandom());
  private RelayHouse house = new RelayHouse();
  private RelayHop hop;
  private TestWebServer web;

  @BeforeEach
  void openTheFarSide() throws Exception {
    hop = RelayHop.open(house.time).offers("STARTTLS", "PIPELINING");
    hop.tls(certified("mx.far.test"));
    web = new TestWebServer(certified("mta-sts.far.test"));
    set(house);
  }

  private SSLContext certified(String name) throws Exception {
    return TestTls.serving(authority.issue(List.of(name)));
  }

  private void set(RelayHouse other) throws Exception {
    Path trusted = Files.writeString(folder.resolve("ca.pem"), authority.certificate());
    other
        .zone(
            "far.test MX 10 mx.far.test",
            "mx.far.test A 127.0.0.1",
            "_mta-sts.far.test TXT v=STSv1; id=1;",
            "mta-sts.far.test A 127.0.0.1")
        .set("relayhost", "far.test:" + hop.port())
        .set("smtp_special_networks", "127.0.0.0/8")
        .set("smtp_tls_CAfile", trusted.toString())
        .set("smtp_mta_sts_enable", "yes")
        .set("smtp_mta_sts_port", Integer.toString(web.port()));
  }

  @AfterEach
  void end() {
    house.close();
    hop.close();
    web.close();
  }

  private void says(String mode) {
    web.says(String.format(POLICY, mode));
  }

  private String waitsWith() {
    house.awaitAttempts(1);
    return house.queued(EVE).lastReason();
  }

  @Test
  void mailGoesToAHostThatThePolicyNames() throws Exception {
    says("enforce");
    house.start();

    house.send(EVE, MESSAGE);
    hop.await();
    house.send(EVE, MESSAGE);
    hop.await();

    assertThat(hop.visits().get(0).protectedByTls).isTrue();
    assertThat(web.asked)
        .hasSize(1)
        .first()
        .asString()
        .startsWith("GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.far.test");
  }

  @Test
  void itWaitsWhereTheHostIsAnother() throws Exception {
    says("enforce");
    house
        .zone(
            "far.test MX 10 mx.other.test",
            "mx.other.test A 127.0.0.1",
            "_mta-sts.far.test TXT v=STSv1; id=1;",
            "mta-sts.far.test A 127.0.0.1")
        .start();
    hop.tls(certified("mx.other.test"));

    house.send(EVE, MESSAGE);

    assertThat(waitsWith()).contains("host mx.other.test is not in the MTA-STS policy of far.test");
    assertThat(hop.visits()).isEmpty();
  }

  /** A host that is there, and must not be gone to, is not one that cannot be reached. */
  @Test
  void aFallbackThatIsAwayDoesNotHideWhyItWaits() throws Exception {
    says("enforce");
    house
        .zone(
            "far.test MX 10 mx.other.test",
            "mx.other.test A 127.0.0.1",
            "_mta-sts.far.test TXT v=STSv1; id=1;",
            "mta-sts.far.test A 127.0.0.1")
        .set("smtp_fallback_relay", "[127.0.0.1]:1")
        .start();

    house.send(EVE, MESSAGE);

    assertThat(waitsWith()).startsWith("4.7.5 ").contains("is not in the MTA-STS policy");
  }

  @Test
  void itWaitsWhereTheHostDoesNotShowWhoItIs() throws Exception {
    says("enforce");
    hop.tls(certified("mx.other.test"));
    house.start();

    house.send(EVE, MESSAGE);

    assertThat(waitsWith())
        .contains("its certificate is not for mx.far.test, but for mx.other.test");
    assertThat(hop.unread()).isZero();
  }

  @Test
  void itWaitsWhereTheHostHasNoTls() throws Exception {
    says("enforce");
    hop.offers("PIPELINING");
    house.start();

    house.send(EVE, MESSAGE);

    assertThat(waitsWith()).contains("TLS is required, but was not offered");
    assertThat(hop.unread()).isZero();
  }

  @Test
  void itGoesToAnyHostWhereThePolicyIsBeingTested() throws Exception {
    says("testing");
    hop.tls(certified("mx.other.test"));
    house.start();

    house.send(EVE, MESSAGE);

    assertThat(hop.await().to()).containsExactly(EVE);
  }

  /** Else whoever reads and writes on the way could have one of his own. */
  @Test
  void aPolicyOfAnotherHostIsNone() throws Exception {
    says("enforce");
    web.certified(certified("www.far.test"));
    hop.tls(certified("mx.other.test"));
    house.start();

    house.send(EVE, MESSAGE);

    assertThat(hop.await().to()).containsExactly(EVE);
    assertThat(web.asked).isEmpty();
  }

  /** Whoever takes it away on the way does not thereby get the mail, nor after a restart. */
  @Test
  void aPolicyThatIsKnownCountsUntilItExpires() throws Exception {
    web.says(String.format(POLICY, "enforce").replace("604800", "86400"));
    Path data = folder.resolve("data");
    house.storage(Storage.h2(data)).start();
    house.send(EVE, MESSAGE);
    hop.await();
    house.close();
    web.answers("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    hop.tls(certified("mx.other.test"));

    house = new RelayHouse();
    set(house);
    house.set("maximal_backoff_time", "12h");
    house.zone("far.test MX 10 mx.far.test", "mx.far.test A 127.0.0.1");
    house.storage(Storage.h2(data)).start();
    house.send(EVE, MESSAGE);

    assertThat(waitsWith()).contains("its certificate is not for mx.far.test");
    assertThat(hop.unread()).isZero();
    house.time.advance(Duration.ofDays(2));
    assertThat(hop.await().to()).containsExactly(EVE);
  }

  @Test
  void whatATableSaysOfANextHopGoesBefore() throws Exception {
    says("enforce");
    hop.tls(certified("mx.other.test"));
    house.set("smtp_tls_policy_maps", "inline:{ { far.test:" + hop.port() + " = encrypt } }");
    house.start();

    house.send(EVE, MESSAGE);

    assertThat(hop.await().to()).containsExactly(EVE);
    assertThat(web.asked).isEmpty();
  }

  @Test
  void nobodyIsAskedUnlessSettingsSaySo() throws Exception {
    says("enforce");
    hop.tls(certified("mx.other.test"));
    house.set("smtp_mta_sts_enable", "no").start();

    house.send(EVE, MESSAGE);

    assertThat(hop.await().to()).containsExactly(EVE);
    assertThat(web.asked).isEmpty();
  }
}
