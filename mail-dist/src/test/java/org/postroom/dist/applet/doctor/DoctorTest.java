package org.postroom.dist.applet.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.testing.Shows;
import org.postroom.dist.applet.doctor.Reach.Outcome;

@Tag("seconds")
final class DoctorTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @TempDir private Path folder;
  private ServerSocket listener;
  private TestWorld world;

  @BeforeEach
  void open() throws Exception {
    listener = new ServerSocket(0, 50, LOOPBACK);
    world = new TestWorld(folder);
  }

  @AfterEach
  void close() throws Exception {
    listener.close();
  }

  /** Everybody can come. */
  private TestWorld open(TestWorld to) throws Exception {
    return to.listen(InetAddress.getByAddress(new byte[4]), listener.getLocalPort());
  }

  private Finding first() throws Exception {
    return world.findings().get(0);
  }

  @Test
  void findsNothingWhereNothingIsWrong() throws Exception {
    open(world);

    assertThat(world.wrong()).isEmpty();
    assertThat(world.findings())
        .filteredOn(one -> one.level() == Level.UNKNOWN)
        .extracting(Finding::check)
        .containsExactly("DKIM", "clock");
  }

  // --- the three dead ends

  @ParameterizedTest
  @CsvSource({"mail", "localhost.localdomain", "mail.local"})
  @Shows("A4.17")
  void namesAnUnqualifiedHostNameFirst(String name) throws Exception {
    open(world).settings.put("myhostname", name);
    world.certify(name);

    assertThat(first().check()).isEqualTo("host name");
    assertThat(first().level()).isEqualTo(Level.PROBLEM);
    assertThat(first().what()).contains("myhostname is " + name);
    assertThat(first().remedy()).containsExactly("main.cf: myhostname = mail.example.org");
  }

  @Test
  void namesLoopbackOnlyFirstWhereAPublicMxLeadsHere() throws Exception {
    world.listen(LOOPBACK, listener.getLocalPort());

    assertThat(first().check()).isEqualTo("listeners");
    assertThat(first().what()).contains("127.0.0.1", "alone", "MX of example.org leads here");
    assertThat(first().remedy()).containsExactly("main.cf: inet_interfaces = all");
    assertThat(world.wrong()).hasSize(1);
  }

  @Test
  void loopbackOnlyIsRightWhereNoMxLeadsHere() throws Exception {
    world.listen(LOOPBACK, listener.getLocalPort());
    world.instead("example.org MX", "example.org MX 10 mx.elsewhere.example");

    assertThat(world.wrong()).extracting(Finding::check).doesNotContain("listeners");
  }

  @Test
  @Shows("A4.17")
  void namesFirstThatNothingListens() throws Exception {
    open(world);
    listener.close();

    assertThat(first().check()).isEqualTo("listeners");
    assertThat(first().what()).contains("nothing listens", "connection refused");
    assertThat(world.wrong()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"REFUSED,are refused on the way", "SILENT,get no answer", "NO_WAY,no way"})
  @Shows({"A4.17", "A6.6"})
  void namesAClosedPort25First(Outcome outcome, String words) throws Exception {
    open(world).away = outcome;

    assertThat(first().check()).isEqualTo("port 25 out");
    assertThat(first().what()).contains(words, "198.51.100.7 port 25");
    assertThat(first().remedy()).contains("main.cf: relayhost = [smtp.example.net]:587");
    assertThat(first().likely()).isTrue();
    assertThat(world.wrong()).hasSize(1);
  }

  // --- each alone

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          example.org MX|example.org MX 0 .|MX|PROBLEM|null MX
          example.org MX|example.org MX 10 mx.elsewhere.example|MX|PROBLEM|leads to mx.elsewhere.example
          example.org MX||MX|PROBLEM|no MX record
          |example.org MX 20 gone.example.org|MX|WARNING|gone.example.org has no address
          192.0.2.1 PTR||reverse name|PROBLEM|192.0.2.1 has no PTR record; HELO says mail.example.org
          192.0.2.1 PTR|192.0.2.1 PTR b.example.net|reverse name|WARNING|192.0.2.1 is b.example.net by its PTR record; HELO says mail.example.org
          mail.example.org A|mail.example.org A 192.0.2.9|address of the host|PROBLEM|192.0.2.9; this machine has 192.0.2.1
          mail.example.org A||address of the host|PROBLEM|has no address
          example.org TXT||SPF|PROBLEM|no SPF record
          |example.org TXT v=spf1 -all|SPF|PROBLEM|2 SPF records
          example.org TXT|example.org TXT v=spf1 -all|SPF|PROBLEM|192.0.2.1: fail (-all
          example.org TXT|example.org TXT v=spf1 ~all|SPF|WARNING|softfail
          _dmarc||DMARC|WARNING|no DMARC record
          _dmarc|_dmarc.example.org TXT v=DMARC1; rua=mailto:a@b.test|DMARC|WARNING|no policy
          |_dmarc.example.org TXT v=DMARC1; p=reject|DMARC|WARNING|2 DMARC records
          _mta-sts|_mta-sts.example.org TXT v=STSv1; id=|MTA-STS|WARNING|no id
          mta-sts||MTA-STS|WARNING|has no address
          _smtp._tls|_smtp._tls.example.org TXT v=TLSRPTv1; rua=ftp://b.test|TLS-RPT|WARNING|does not count
          _25._tcp|_25._tcp.mail.example.org TLSA 3 1 1 00ff|TLSA|PROBLEM|3 1 1 00ff
          elsewhere.example MX|elsewhere.example SERVFAIL|name servers|PROBLEM|do not answer
          """)
  @Shows("A6.5")
  void namesWhatTheDnsHasWrong(
      @Nullable String begin, @Nullable String line, String check, Level level, String words)
      throws Exception {
    open(world).instead(begin == null ? "" : begin, line == null ? "" : line);

    assertThat(world.wrong())
        .anySatisfy(
            one -> {
              assertThat(one.check()).isEqualTo(check);
              assertThat(one.level()).isEqualTo(level);
              assertThat(one.what()).contains(words);
              assertThat(one.why()).isNotEmpty();
            });
  }

  @ParameterizedTest
  @CsvSource({"22,GOOD", "20,WARNING", "6,PROBLEM", "-1,PROBLEM"})
  void namesACertificateThatEnds(int daysBefore, Level level) throws Exception {
    Instant end = world.chain.first().getNotAfter().toInstant();
    open(world).clock = Clock.fixed(end.minus(Duration.ofDays(daysBefore)), ZoneOffset.UTC);

    assertThat(world.findings())
        .filteredOn(one -> one.check().equals("certificate"))
        .extracting(Finding::level)
        .containsExactly(level);
  }

  @Test
  void namesACertificateOfAnotherHost() throws Exception {
    open(world).settings.put("myhostname", "other.example.org");

    assertThat(world.wrong())
        .filteredOn(one -> one.check().equals("certificate"))
        .singleElement()
        .satisfies(
            one ->
                assertThat(one.what()).contains("for mail.example.org, not for other.example.org"));
  }

  @Test
  void namesAnAuthorityThatNobodyTrusts() throws Exception {
    open(world).trusted = false;

    assertThat(world.wrong())
        .singleElement()
        .satisfies(one -> assertThat(one.what()).contains("does not lead to an authority"));
  }

  @ParameterizedTest
  @CsvSource({"1,PROBLEM", "20000000,WARNING", "900000000,GOOD"})
  void namesAFullDisk(long free, Level level) throws Exception {
    open(world).free = free;

    assertThat(world.findings())
        .filteredOn(one -> one.check().equals("disk"))
        .extracting(Finding::level)
        .containsExactly(level);
  }

  @Test
  void namesASecretThatOthersCanRead() throws Exception {
    open(world);
    Files.createDirectories(folder.resolve("tls"));
    Path key = Files.writeString(folder.resolve("tls/server.key"), "secret");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));

    assertThat(world.wrong())
        .singleElement()
        .satisfies(one -> assertThat(one.what()).contains("server.key can be read by everybody"));
  }

  @Test
  void namesARelayHostThatCannotBeReached() throws Exception {
    open(world).settings.put("relayhost", "[198.51.100.7]:25");
    world.away = Outcome.REFUSED;

    assertThat(world.wrong())
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.check()).isEqualTo("relayhost");
              assertThat(one.what()).contains("198.51.100.7 port 25: connection refused");
            });
  }

  @Test
  void behindATranslatorThePublicAddressIsToBeNamed() throws Exception {
    open(world).addresses.clear();

    assertThat(world.wrong())
        .singleElement()
        .satisfies(
            one ->
                assertThat(one.remedy()).containsExactly("main.cf: proxy_interfaces = 192.0.2.1"));
  }

  // --- what others do

  @Test
  void offlineAsksNobody() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    open(world).names = counting(ZoneResolver.of(), asked);
    world.offline = true;

    List<Finding> findings = world.findings();

    assertThat(asked).hasValue(0);
    assertThat(world.calls).hasValue(1); // the own listener
    assertThat(findings).filteredOn(one -> one.level().status() > 0).isEmpty();
    assertThat(findings)
        .filteredOn(one -> one.check().equals("SPF"))
        .singleElement()
        .satisfies(one -> assertThat(one.what()).contains("--offline"));
  }

  @Test
  void namesFirstThatTheDnsIsSilent() throws Exception {
    open(world).names =
        (Resolver)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Resolver.class},
                (self, method, words) ->
                    method.getName().equals("validating")
                        ? Optional.empty()
                        : new CompletableFuture<>());
    world.limit = Duration.ofMillis(50);

    assertThat(first().check()).isEqualTo("name servers");
    assertThat(first().what()).contains("within the time for all");
  }

  @Test
  void hostileAnswersCostBoundedLookUps() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    open(world);
    IntStream.range(0, 1000).forEach(i -> world.zone.add("example.org MX 10 m" + i + ".test"));
    IntStream.range(0, 1000)
        .forEach(i -> world.zone.add("mail.example.org A 10." + i / 250 + ".0." + i % 250));
    world.instead(
        "example.org TXT",
        "example.org TXT v=spf1 include:example.org include:example.org -all",
        "_dmarc.example.org TXT v=DMARC1; p=none; x=" + "x".repeat(60_000));
    world.names = counting(ZoneResolver.of(world.zone.toArray(String[]::new)), asked);

    List<Finding> findings = world.findings();

    assertThat(asked.get()).isLessThan(200);
    assertThat(findings)
        .anySatisfy(one -> assertThat(one.what()).contains("more than 10 look-ups"))
        .allSatisfy(one -> assertThat(one.what().length()).isLessThan(2000));
  }

  @Test
  void looksAtTheDomainsThatAreNamed() throws Exception {
    open(world);

    assertThat(world.wrong(Domain.of("nowhere.test")))
        .extracting(Finding::about)
        .contains("nowhere.test")
        .doesNotContain("example.org");
  }

  /** The same, counted. */
  private static Resolver counting(Resolver zone, AtomicInteger asked) {
    return (Resolver)
        Proxy.newProxyInstance(
            DoctorTest.class.getClassLoader(),
            new Class<?>[] {Resolver.class},
            (self, method, words) -> {
              if (!method.getName().equals("validating")) {
                asked.incrementAndGet();
              }
              return method.invoke(zone, words);
            });
  }
}
