package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.dist.RelayHouse.MESSAGE;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.json.Json;
import org.postroom.core.testing.TestTls;
import org.postroom.core.testing.TestWebServer;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.dist.operation.ExplainOperation;
import org.postroom.dist.operation.ExplainOperation.Leaving;
import org.postroom.storage.Storage;

/** Domains hear how TLS with their hosts went: a whole server, over midnight. */
@Tag("two-clocks")
final class TlsReportsTest {
  private static final String EVE = "eve@far.test";
  private static final String POLICY =
      "version: STSv1\nmode: testing\nmx: mx.far.test\nmax_age: 604800\n";

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
    set(house, "mailto:tls@far.test");
  }

  private SSLContext certified(String name) throws Exception {
    return TestTls.serving(authority.issue(List.of(name)));
  }

  private void set(RelayHouse other, String destination) throws Exception {
    Path trusted = Files.writeString(folder.resolve("ca.pem"), authority.certificate());
    other
        .zone(
            "far.test MX 10 mx.far.test",
            "mx.far.test A 127.0.0.1",
            "_mta-sts.far.test TXT v=STSv1; id=1;",
            "_smtp._tls.far.test TXT v=TLSRPTv1; rua=" + destination,
            "mta-sts.far.test A 127.0.0.1")
        .set("relayhost", "far.test:" + hop.port())
        .set("smtp_special_networks", "127.0.0.0/8")
        .set("smtp_tls_CAfile", trusted.toString())
        .set("smtp_tlsrpt_enable", "yes")
        .set("smtp_mta_sts_port", Integer.toString(web.port()));
  }

  @AfterEach
  void end() {
    house.close();
    hop.close();
    web.close();
  }

  private void send() throws Exception {
    house.send(EVE, MESSAGE);
    assertThat(hop.await().to()).containsExactly(EVE);
    house.awaitEmptyQueue(); // else the answer may be lost with the connection
    hop.hangUp(); // each mail by a connection of its own
  }

  /** From 15:00 to 04:00, when each day's reports have been sent. */
  private void passMidnight() {
    house.time.advance(Duration.ofHours(13));
  }

  private static Map<?, ?> report(byte[] gzip) throws IOException {
    byte[] json = new GZIPInputStream(new ByteArrayInputStream(gzip)).readAllBytes();
    return (Map<?, ?>) Json.read(json);
  }

  private static Map<?, ?> attached(String mail) throws IOException {
    String part = mail.substring(mail.indexOf("Content-Type: application/tlsrpt+gzip"));
    String base64 = part.substring(part.indexOf("\r\n\r\n"), part.indexOf("\r\n--"));
    return report(Base64.getMimeDecoder().decode(base64));
  }

  private static String summary(Object policy) {
    Map<?, ?> summary = (Map<?, ?>) ((Map<?, ?>) policy).get("summary");
    return summary.get("total-successful-session-count")
        + " good, "
        + summary.get("total-failure-session-count")
        + " bad";
  }

  @Test
  void theDomainIsSentAReportByMailAfterMidnight() throws Exception {
    house.start();
    send();
    send();

    passMidnight();

    RelayHop.Mail mail = hop.await();
    assertThat(mail.from()).isEmpty();
    assertThat(mail.to()).containsExactly("tls@far.test");
    assertThat(mail.text())
        .contains("From: postmaster@mail.example.org\r\n")
        .contains("TLS-Report-Domain: far.test\r\n")
        .contains("TLS-Report-Submitter: mail.example.org\r\n")
        .contains("TLS-Required: No\r\n")
        .contains("Content-Type: multipart/report; report-type=\"tlsrpt\";")
        .contains("filename=\"mail.example.org!far.test!1795478400!1795564799!2026-11-24.");
    Map<?, ?> report = attached(mail.text());
    assertThat(report.get("organization-name")).isEqualTo("mail.example.org");
    assertThat(report.get("date-range"))
        .isEqualTo(
            Map.of(
                "start-datetime", "2026-11-24T00:00:00Z",
                "end-datetime", "2026-11-24T23:59:59Z"));
    List<?> policies = (List<?>) report.get("policies");
    assertThat(policies).hasSize(1);
    assertThat(summary(policies.get(0))).isEqualTo("2 good, 0 bad");
    house.awaitEmptyQueue();
    // Nothing is said twice: the next report is on the connection that this one went by.
    house.time.advance(Duration.ofDays(1));
    assertThat(summary(((List<?>) attached(hop.await().text()).get("policies")).get(0)))
        .isEqualTo("1 good, 0 bad");
  }

  /** What is counted and not in the store yet, and what is there. */
  @Test
  void explainSaysWhereReportsGoAndWhatWasCounted() throws Exception {
    house.start();
    assertThat(reports("far.test"))
        .containsExactly("far.test: reports on TLS go to mailto:tls@far.test; none is counted");

    send();
    house.time.advance(Duration.ofMinutes(6));
    hop.offers("PIPELINING");
    send();

    assertThat(reports("far.test"))
        .containsExactly(
            "far.test: reports on TLS go to mailto:tls@far.test; 2026-11-24: 2 sessions, 1 failed");
    assertThat(reports("[far.test]")).isEmpty();
    assertThat(reports("other.test")).isEmpty();
  }

  @Test
  void explainSaysThatNoneAreSent() {
    house.set("smtp_tlsrpt_enable", "no").start();

    assertThat(reports("far.test"))
        .containsExactly(
            "far.test: asks for reports on TLS at mailto:tls@far.test; none are sent"
                + " (smtp_tlsrpt_enable = no)");
  }

  private List<String> reports(String host) {
    Leaving mail = new Leaving(EVE, "smtp:" + host + ":" + hop.port());
    return ExplainOperation.HOSTS.perform(new ServerDesk(house.server()), mail).lines().stream()
        .filter(line -> line.contains("reports on TLS"))
        .toList();
  }

  @Test
  void itSaysWhatATestedPolicyWouldHaveKeptBack() throws Exception {
    web.says(POLICY);
    house.set("smtp_mta_sts_enable", "yes").start();
    hop.tls(certified("mx.other.test"));
    send();
    hop.offers("PIPELINING");
    send();

    passMidnight();

    List<?> policies = (List<?>) attached(hop.await().text()).get("policies");
    assertThat(policies).hasSize(1);
    assertThat(summary(policies.get(0))).isEqualTo("0 good, 2 bad");
    Map<?, ?> one = (Map<?, ?>) policies.get(0);
    assertThat(((Map<?, ?>) one.get("policy")).get("policy-type")).isEqualTo("sts");
    assertThat(String.valueOf(one.get("failure-details")))
        .contains("result-type=certificate-host-mismatch")
        .contains("result-type=starttls-not-supported")
        .contains("receiving-mx-hostname=mx.far.test")
        .contains("receiving-ip=127.0.0.1");
  }

  @Test
  void itSaysThatAPolicyCannotBeHad() throws Exception {
    house.set("smtp_mta_sts_enable", "yes").start();
    send();

    passMidnight();

    List<?> policies = (List<?>) attached(hop.await().text()).get("policies");
    assertThat(String.valueOf(policies))
        .contains("result-type=sts-policy-fetch-error")
        .contains("failure-reason-code=it answers 404");
  }

  @Test
  void whatWasCountedOutlivesARestart() throws Exception {
    Path data = folder.resolve("data");
    house.storage(Storage.h2(data)).start();
    send();
    house.close();
    house = new RelayHouse();
    set(house, "mailto:tls@far.test");
    house.storage(Storage.h2(data)).start();
    send();

    passMidnight();

    List<?> policies = (List<?>) attached(hop.await().text()).get("policies");
    assertThat(summary(policies.get(0))).isEqualTo("2 good, 0 bad");
  }

  /** Nobody knows whether it wants one: it is asked again the next day. */
  @Test
  void itIsKeptWhereTheDnsHasNoAnswerNow() throws Exception {
    Path data = folder.resolve("data");
    house
        .zone(
            "far.test MX 10 mx.far.test", "mx.far.test A 127.0.0.1", "_smtp._tls.far.test SERVFAIL")
        .storage(Storage.h2(data))
        .start();
    send();
    passMidnight();
    house.close();
    house = new RelayHouse();
    set(house, "mailto:tls@far.test");
    house.storage(Storage.h2(data)).start();

    passMidnight();

    List<?> policies = (List<?>) attached(hop.await().text()).get("policies");
    assertThat(summary(policies.get(0))).isEqualTo("1 good, 0 bad");
  }

  @Test
  void aReportMayGoByHttps() throws Exception {
    web.answers("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    set(house, "https://mta-sts.far.test:" + web.port() + "/v1?x=y");
    house.start();
    send();

    passMidnight();
    house.until(() -> web.asked.size() == 1);

    String asked = web.asked.get(0);
    assertThat(asked)
        .startsWith("POST /v1?x=y HTTP/1.1\r\nHost: mta-sts.far.test:" + web.port())
        .contains("\r\nContent-Type: application/tlsrpt+gzip\r\n");
    String body = asked.substring(asked.indexOf("\r\n\r\n") + 4);
    Map<?, ?> report = report(body.getBytes(StandardCharsets.ISO_8859_1));
    assertThat(summary(((List<?>) report.get("policies")).get(0))).isEqualTo("1 good, 0 bad");
  }

  @Test
  void nobodyIsToldUnlessSettingsSaySo() throws Exception {
    house.set("smtp_tlsrpt_enable", "no").start();
    send();

    passMidnight();

    assertThat(hop.unread()).isZero();
  }
}
