package org.postroom.dist.applet.doctor;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;
import org.postroom.dist.ServerBuilder;
import org.postroom.dist.applet.doctor.Reach.Outcome;
import org.postroom.dist.assembly.Checked;
import org.postroom.dist.assembly.Checked.Listening;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.storage.Storage;

/** A server for example.org and all that is around it, in which nothing is wrong at first. */
final class TestWorld {
  static final Domain DOMAIN = Domain.of("example.org");
  static final InetAddress OWN = IpLiteral.parse("192.0.2.1").orElseThrow();

  final List<String> zone = new ArrayList<>();
  final Map<String, String> settings = new LinkedHashMap<>();
  final List<Listening> listeners = new ArrayList<>();
  final List<InetAddress> addresses = new ArrayList<>(List.of(OWN));
  final AtomicInteger calls = new AtomicInteger();
  final Chain chain;
  private final Path folder;
  private final CertificateAuthority authority;
  Outcome away = Outcome.REACHED;
  long free = 1_000_000_000L;
  Clock clock = Clock.systemUTC();
  boolean trusted = true;
  boolean offline;
  Duration limit = Duration.ofSeconds(30);
  @Nullable Resolver names;

  TestWorld(Path folder) throws Exception {
    this.folder = folder;
    authority =
        CertificateAuthority.create(
            "Test authority", List.of("example.org"), clock, new SecureRandom());
    certify("mail.example.org");
    chain = Chain.read(folder.resolve("chain.pem"));
    settings.put("myhostname", "mail.example.org");
    settings.put("virtual_mailbox_domains", "example.org");
    settings.put("smtpd_tls_cert_file", folder.resolve("chain.pem").toString());
    settings.put("smtpd_tls_key_file", folder.resolve("key.pem").toString());
    zone.addAll(
        List.of(
            "example.org MX 10 mail.example.org",
            "mail.example.org A 192.0.2.1",
            "192.0.2.1 PTR mail.example.org",
            "example.org TXT v=spf1 mx -all",
            "_dmarc.example.org TXT v=DMARC1; p=none",
            "_mta-sts.example.org TXT v=STSv1; id=20260101",
            "mta-sts.example.org A 192.0.2.1",
            "_smtp._tls.example.org TXT v=TLSRPTv1; rua=mailto:postmaster@example.org",
            "_25._tcp.mail.example.org TLSA " + Zone.text(chain.record()),
            "elsewhere.example MX 10 mx.elsewhere.example",
            "mx.elsewhere.example A 198.51.100.7"));
  }

  /** Another certificate. */
  void certify(String name) {
    authority.issue(List.of(name)).write(folder.resolve("chain.pem"), folder.resolve("key.pem"));
  }

  /** It listens for SMTP there. */
  TestWorld listen(InetAddress address, int port) {
    listeners.add(new Listening("smtp", Role.MX, new InetSocketAddress(address, port)));
    return this;
  }

  /** Takes away what begins so, and has this instead. */
  TestWorld instead(String begin, String... lines) {
    if (!begin.isEmpty()) {
      zone.removeIf(line -> line.startsWith(begin));
    }
    zone.addAll(List.of(lines));
    return this;
  }

  Site site() {
    ServerBuilder builder = MailServer.builder().storage(Storage.inMemory());
    settings.forEach(builder::set);
    Checked checked = builder.unwrap(DescribedServer.class).checked();
    return new Site(checked.settings(), listeners, Optional.of(folder), addresses);
  }

  World world() throws Exception {
    X509Certificate root =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(
                    new ByteArrayInputStream(
                        authority.certificate().getBytes(StandardCharsets.US_ASCII)));
    return new World(
        names == null ? ZoneResolver.of(zone.toArray(String[]::new)) : names,
        this::reach,
        where -> free,
        trusted ? List.of(root) : List.of(),
        clock,
        Domain.of("elsewhere.example"),
        offline);
  }

  /** This machine's loopback as it is; the rest of the world as the test says. */
  private Outcome reach(InetSocketAddress peer, Duration most) {
    calls.incrementAndGet();
    if (peer.getAddress().isLoopbackAddress()) {
      return Reach.bySocket(peer, most);
    }
    return peer.getPort() == 25 ? away : Outcome.REACHED;
  }

  List<Finding> findings(Domain... domains) throws Exception {
    return new Doctor(world(), limit).examine(site(), List.of(domains));
  }

  /** Those that say that something is wrong. */
  List<Finding> wrong(Domain... domains) throws Exception {
    return findings(domains).stream().filter(one -> one.level().status() > 0).toList();
  }
}
