package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.dist.RelayHouse.MESSAGE;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.storage.Storage;

/** Mail leaves for whom the DNS names, with proofs (RFC 7672). */
@Tag("two-clocks")
final class DaneTest {
  /** Domains whose mail arrives; the host of each is {@code mx.DOMAIN}. */
  private static final List<String> SERVED =
      List.of(
          "own.test",
          "key.test",
          "whole.test",
          "authority.test",
          "several.test",
          "none.test",
          "plain.test",
          "alias.test",
          "later.test",
          "unusable.test",
          "regardless.test",
          "old.test");

  @TempDir private Path folder;

  private static List<String> hosts() {
    List<String> names = new ArrayList<>(SERVED);
    names.addAll(List.of("wrong.test", "bogus.test", "other.test", "cut.test", "expired.test"));
    return names.stream().map(domain -> "mx." + domain).toList();
  }

  private MailServer server(String name, CertificateAuthority.Issued issued) {
    Path chain = folder.resolve(name + ".pem");
    Path key = folder.resolve(name + ".key");
    issued.write(chain, key);
    ServerBuilder builder =
        MailServer.builder()
            .hostname("mx.far.test")
            .storage(Storage.inMemory())
            .bind(InetAddress.getLoopbackAddress())
            .set("virtual_mailbox_domains", String.join(", ", SERVED))
            .set("smtpd_tls_cert_file", chain.toString())
            .set("smtpd_tls_key_file", key.toString())
            .listen(Role.MX, 0);
    SERVED.forEach(domain -> builder.account("bob@" + domain, "correct horse"));
    return builder.start();
  }

  private static List<Certificate> chain(CertificateAuthority.Issued issued) throws Exception {
    return List.copyOf(
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(issued.chain().getBytes(UTF_8))));
  }

  private static String hex(String digest, byte[] octets) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance(digest).digest(octets));
  }

  private static CertificateAuthority authority(Clock clock) {
    return CertificateAuthority.create("Far CA", List.of("test"), clock, new SecureRandom());
  }

  /** Many domains, one for each thing that the DNS may say. */
  @Test
  void mailGoesToWhomTheRecordsName() throws Exception {
    CertificateAuthority.Issued fresh = authority(Clock.systemUTC()).issue(hosts());
    CertificateAuthority.Issued old =
        authority(Clock.fixed(Instant.parse("2010-01-01T00:00:00Z"), ZoneOffset.UTC))
            .issue(hosts());
    List<Certificate> chain = chain(fresh);
    byte[] own = chain.get(0).getEncoded();
    byte[] ownKey = chain.get(0).getPublicKey().getEncoded();
    byte[] authority = chain.get(1).getEncoded();
    List<Certificate> oldChain = chain(old);
    String nothing = "00".repeat(32);
    try (MailServer far = server("fresh", fresh);
        MailServer late = server("old", old);
        RelayHouse house = new RelayHouse()) {
      int port = far.address(Role.MX).getPort();
      int oldPort = late.address(Role.MX).getPort();
      List<String> zone = new ArrayList<>();
      for (String host : hosts()) {
        zone.add(host.substring(3) + " MX 10 " + host);
        zone.add(host + " A 127.0.0.1");
      }
      String at = "_" + port + "._tcp.mx.";
      zone.add(at + "own.test TLSA 3 0 1 " + hex("SHA-256", own));
      zone.add(at + "key.test TLSA 3 1 2 " + hex("SHA-512", ownKey));
      zone.add(at + "whole.test TLSA 3 1 0 " + HexFormat.of().formatHex(ownKey));
      zone.add(at + "authority.test TLSA 2 0 1 " + hex("SHA-256", authority));
      zone.add(at + "several.test TLSA 3 1 1 " + nothing);
      zone.add(at + "several.test TLSA 3 1 1 " + hex("SHA-256", ownKey));
      zone.add(at + "plain.test TLSA 3 1 1 " + nothing);
      zone.add("plain.test UNSIGNED");
      zone.add("alias.test MX 5 www.alias.test");
      zone.add("www.alias.test CNAME mx.alias.test");
      zone.add(at + "alias.test TLSA 3 1 1 " + hex("SHA-256", ownKey));
      zone.add("later.test MX 5 mx.wrong.test");
      zone.add(at + "later.test TLSA 3 1 1 " + hex("SHA-256", ownKey));
      zone.add(at + "unusable.test TLSA 1 0 1 " + nothing);
      zone.add(at + "wrong.test TLSA 3 1 1 " + nothing);
      zone.add(at + "regardless.test TLSA 3 1 1 " + nothing);
      zone.add(at + "bogus.test SERVFAIL");
      zone.add("named.test MX 10 elsewhere.example");
      zone.add("elsewhere.example A 127.0.0.1");
      zone.add("_" + port + "._tcp.elsewhere.example TLSA 2 0 1 " + hex("SHA-256", authority));
      zone.add(
          "_"
              + oldPort
              + "._tcp.mx.old.test TLSA 3 0 1 "
              + hex("SHA-256", oldChain.get(0).getEncoded()));
      zone.add(
          "_"
              + oldPort
              + "._tcp.mx.expired.test TLSA 2 0 1 "
              + hex("SHA-256", oldChain.get(1).getEncoded()));
      Path transports =
          Files.writeString(
              folder.resolve("transport"),
              "/@(old|expired)[.]test$/ smtp:$1.test:"
                  + oldPort
                  + "\n/@(.*[.]test)$/ smtp:$1:"
                  + port
                  + "\n");
      house
          .zone(zone.toArray(new String[0]))
          .set("smtp_special_networks", "127.0.0.0/8")
          .set("smtp_dns_support_level", "dnssec")
          .set("smtp_tls_security_level", "dane")
          .set("smtp_tls_policy_maps", "inline:{ {other.test:" + port + "=dane-only} }")
          .set("transport_maps", "regexp:" + transports)
          .start();
      List<String> refused =
          List.of("wrong.test", "bogus.test", "other.test", "expired.test", "named.test");

      for (String domain : SERVED) {
        house.send(
            "bob@" + domain,
            domain.equals("regardless.test") ? "TLS-Required: No\r\n" + MESSAGE : MESSAGE);
      }
      for (String domain : refused) {
        house.send("bob@" + domain, MESSAGE);
      }

      for (String domain : SERVED) {
        MailServer to = domain.equals("old.test") ? late : far;
        house.until(() -> Inbox.of(to, "bob@" + domain).size() == 1);
        assertThat(Inbox.of(to, "bob@" + domain).get(0)).as(domain).contains("with ESMTPS id");
      }
      for (String domain : refused) {
        house.until(() -> house.queued("bob@" + domain).attempts() >= 1);
      }
      assertThat(house.queued("bob@wrong.test").lastReason())
          .contains("4.7.5 Server certificate not verified: mx.wrong.test[127.0.0.1]")
          .endsWith("no TLSA record is about its certificates");
      assertThat(house.queued("bob@bogus.test").lastReason())
          .contains("4.7.5 TLSA lookup error for mx.bogus.test:" + port);
      assertThat(house.queued("bob@other.test").lastReason())
          .contains("4.7.5 DANE is required for mx.other.test:")
          .endsWith("but it has no TLSA records");
      assertThat(house.queued("bob@expired.test").lastReason())
          .contains("4.7.5 Server certificate not verified")
          .contains("its certificate has expired");
      assertThat(house.queued("bob@named.test").lastReason())
          .contains("is not for elsewhere.example or named.test, but for mx.own.test");
    }
  }

  /** Whoever takes STARTTLS away must not thereby read the mail. */
  @Test
  void whoIsKnownByRecordsMustOfferTls() throws Exception {
    try (RelayHouse house = new RelayHouse();
        RelayHop hop = RelayHop.open(house.time)) {
      house
          .zone(
              "cut.test MX 10 mx.cut.test",
              "mx.cut.test A 127.0.0.1",
              "_" + hop.port() + "._tcp.mx.cut.test TLSA 3 1 1 " + "00".repeat(32))
          .set("smtp_special_networks", "127.0.0.0/8")
          .set("transport_maps", "inline:{cut.test=smtp:cut.test:" + hop.port() + "}")
          .set("smtp_dns_support_level", "dnssec")
          .set("smtp_tls_security_level", "dane")
          .start();

      house.send("bob@cut.test", MESSAGE);
      house.awaitAttempts(1);

      assertThat(house.queued("bob@cut.test").lastReason())
          .contains("4.7.4 TLS is required, but was not offered by host");
      assertThat(hop.heard()).noneMatch(line -> line.startsWith("MAIL"));
    }
  }

  @ParameterizedTest
  @CsvSource({"smtp, enabled", "smtp, ''", "lmtp, enabled"})
  void withoutProofsItDoesNotStart(String prefix, String support) {
    try (RelayHouse house = new RelayHouse()) {
      house
          .set(prefix + "_tls_security_level", "dane-only")
          .set(prefix + "_dns_support_level", support);

      assertThatThrownBy(house::start)
          .isInstanceOf(BadConfiguration.class)
          .hasMessageContaining(
              "expected " + prefix + "_dns_support_level = dnssec with the levels dane");
    }
  }

  /** An application's own names, of which nobody proves any. */
  @Test
  void whoProvesNoNamesCannotPromiseIt() {
    ServerBuilder builder =
        MailServer.builder()
            .hostname("mail.example.org")
            .domains("example.org")
            .storage(Storage.inMemory())
            .listen(Role.MX, 0)
            .resolver(new Unproven(ZoneResolver.of()))
            .set("smtp_dns_support_level", "dnssec");

    assertThatThrownBy(builder::start)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("smtp_dns_support_level")
        .hasMessageContaining("checks signatures");
  }

  private record Unproven(Resolver names) implements Resolver {
    @Override
    public CompletionStage<Answer<MailExchanger>> mx(Domain domain) {
      return names.mx(domain);
    }

    @Override
    public CompletionStage<Answer<Domain>> nameServers(Domain domain) {
      return names.nameServers(domain);
    }

    @Override
    public CompletionStage<Answer<InetAddress>> addresses(Domain host) {
      return names.addresses(host);
    }

    @Override
    public CompletionStage<Answer<Domain>> names(InetAddress address) {
      return names.names(address);
    }

    @Override
    public CompletionStage<Answer<String>> texts(Domain name) {
      return names.texts(name);
    }

    @Override
    public CompletionStage<Answer<Tlsa>> tlsa(Domain name) {
      return names.tlsa(name);
    }
  }
}
