package org.postroom.core.dns.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.dns.Resolver.MailExchanger;
import org.postroom.core.life.Lifeline;
import org.postroom.core.machine.SystemTimers;
import org.postroom.core.testing.Shows;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.WireOptions;
import org.postroom.core.wire.Wires;

@Timeout(60)
class DnsResolverTest {
  private final LoopbackNameServer server = new LoopbackNameServer();
  private final SystemTimers timers = new SystemTimers("dns-test", new Lifeline());
  private final Wire wire = Wires.open(WireOptions.defaults(), timers, ForkJoinPool.commonPool());
  private final DnsResolver resolver = patientFor(Duration.ofSeconds(10), server.address());

  private DnsResolver patientFor(Duration patience, InetSocketAddress... servers) {
    return DnsResolver.of(
        wire.questions(), List.of(servers), patience, ForkJoinPool.commonPool(), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    wire.close();
    timers.close();
    server.close();
  }

  /** What an application would keep for ever. */
  @Test
  void leavesNoThreadBehind() throws Exception {
    server.add("example.org. 300 MX 10 mx.example.org.");
    assertThat(records(of(resolver.mx(Domain.of("example.org"))))).hasSize(1);

    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("dnsjava"));
  }

  @Test
  void namesTheServerThatIsNotThere() throws Exception {
    InetAddress here = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    int gone;
    try (DatagramSocket socket = new DatagramSocket(0, here)) {
      gone = socket.getLocalPort();
    }
    DnsResolver asksNobody = patientFor(Duration.ofSeconds(10), new InetSocketAddress(here, gone));

    Answer<MailExchanger> answer = of(asksNobody.mx(Domain.of("example.org")));

    assertThat(((Answer.TryAgain<MailExchanger>) answer).reason())
        .startsWith("No answer for example.org: 127.0.0.1:" + gone + " cannot be ")
        .doesNotContain("null", "xception", "(..)");
  }

  @Test
  @Shows("A6.10")
  void othersAreAskedOnceTheMachineNamesOthers() throws Exception {
    try (LoopbackNameServer second = new LoopbackNameServer()) {
      server.add("example.org. 300 MX 10 first.example.org.");
      second.add("example.org. 300 MX 10 second.example.org.");
      AtomicReference<List<InetSocketAddress>> named =
          new AtomicReference<>(List.of(server.address()));
      Resolver current =
          new CurrentResolver(
                  named::get,
                  servers ->
                      patientFor(Duration.ofSeconds(10), servers.toArray(InetSocketAddress[]::new)))
              .only(address -> true);

      assertThat(records(of(current.mx(Domain.of("example.org")))))
          .containsExactly(new MailExchanger(10, "first.example.org"));
      named.set(List.of(second.address()));
      assertThat(records(of(current.mx(Domain.of("example.org")))))
          .containsExactly(new MailExchanger(10, "first.example.org"));

      current.refresh();

      assertThat(records(of(current.mx(Domain.of("example.org")))))
          .containsExactly(new MailExchanger(10, "second.example.org"));
    }
  }

  private static <T> Answer<T> of(CompletionStage<Answer<T>> stage) throws Exception {
    return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static <T> List<T> records(Answer<T> answer) {
    assertThat(answer).isInstanceOf(Answer.Found.class);
    return answer instanceof Answer.Found<T> found ? found.records() : List.of();
  }

  /** Nobody has checked it: whoever meddles with answers could have put it there. */
  @Test
  void whatNoSignatureProvesIsNotThere() throws Exception {
    server.add("_25._tcp.mx.example.org. 300 TLSA 3 1 1 0A1B2C");

    assertThat(of(resolver.tlsa(Domain.of("_25._tcp.mx.example.org"))))
        .isInstanceOf(Answer.NoData.class);
  }

  @Test
  void findsMailExchangersAndAsksOnceWithinTheirTtl() throws Exception {
    server.add("example.org. 300 MX 10 mx.example.org.", "example.org. 300 MX 20 mx2.example.org.");

    for (int i = 0; i < 3; i++) {
      assertThat(records(of(resolver.mx(Domain.of("example.org")))))
          .containsExactlyInAnyOrder(
              new MailExchanger(10, "mx.example.org"), new MailExchanger(20, "mx2.example.org"));
    }
    assertThat(server.asked()).isEqualTo(1);
  }

  @Test
  void followsAliasesAndTakesBothKindsOfAddresses() throws Exception {
    server.add(
        "www.example.org. 300 CNAME host.example.org.",
        "host.example.org. 300 A 192.0.2.1",
        "host.example.org. 300 AAAA 2001:db8::1");

    assertThat(of(resolver.addresses(Domain.of("www.example.org"))))
        .isEqualTo(
            new Answer.Found<>(
                List.of(InetAddress.getByName("192.0.2.1"), InetAddress.getByName("2001:db8::1"))));
  }

  @Test
  void oneKindOfAddressIsEnough() throws Exception {
    server.add("host4.example.org. 300 A 192.0.2.1");

    assertThat(of(resolver.addresses(Domain.of("host4.example.org"))))
        .isEqualTo(new Answer.Found<>(List.of(InetAddress.getByName("192.0.2.1"))));
  }

  @Test
  void knowsTheNullExchangerAndReverseNames() throws Exception {
    server.add(
        "none.example. 300 MX 0 .",
        "1.2.0.192.in-addr.arpa. 300 PTR host.example.org.",
        "1.2.0.192.in-addr.arpa. 300 PTR no\\032domain.");

    assertThat(records(of(resolver.mx(Domain.of("none.example")))))
        .singleElement()
        .matches(MailExchanger::isNull);
    assertThat(of(resolver.names(InetAddress.getByName("192.0.2.1"))))
        .isEqualTo(new Answer.Found<>(List.of(Domain.of("host.example.org"))));
  }

  @Test
  void asksForTheAsciiFormOfOtherScripts() throws Exception {
    server.add(
        "xn--bcher-kva.example. 300 MX 10 mx.example.org.",
        "xn--strae-oqa.test. 300 MX 10 mx.example.org.",
        "strasse.test. 300 MX 10 mx.another.example.");

    assertThat(of(resolver.mx(Domain.of("bücher.example")))).isInstanceOf(Answer.Found.class);
    assertThat(records(of(resolver.mx(Domain.of("straße.test")))))
        .containsExactly(new MailExchanger(10, "mx.example.org"));
  }

  @Test
  void tellsNoSuchNameFromNothingOfThatKind() throws Exception {
    server.add("host.example.org. 300 A 192.0.2.1");

    assertThat(of(resolver.mx(Domain.of("host.example.org")))).isEqualTo(new Answer.NoData<>());
    assertThat(of(resolver.mx(Domain.of("nowhere.example")))).isEqualTo(new Answer.NoSuchName<>());
  }

  @Test
  void asksOverTcpWhenTheAnswerIsTooLongForADatagram() throws Exception {
    String[] many = new String[200];
    for (int i = 0; i < many.length; i++) {
      many[i] = "many.example. 300 MX " + i + " exchanger-number-" + i + ".mail.example.org.";
    }
    server.add(many);

    assertThat(records(of(resolver.mx(Domain.of("many.example"))))).hasSize(200);
    assertThat(server.askedByTcp()).isPositive();
  }

  @Test
  void aServerThatFailsMeansTryAgain() throws Exception {
    server.fail("broken.example.");

    assertThat(of(resolver.mx(Domain.of("broken.example")))).isInstanceOf(Answer.TryAgain.class);
    assertThat(of(resolver.addresses(Domain.of("broken.example"))))
        .isInstanceOf(Answer.TryAgain.class);
  }

  @Test
  void aServerThatIsSilentMeansTryAgainWithinTheTimeLimits() throws Exception {
    server.beSilent();
    DnsResolver impatient = patientFor(Duration.ofMillis(500), server.address());
    long start = System.nanoTime();

    assertThat(of(impatient.mx(Domain.of("slow.example")))).isInstanceOf(Answer.TryAgain.class);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void asksTheNextServerWhenOneIsSilent() throws Exception {
    try (LoopbackNameServer silent = new LoopbackNameServer()) {
      silent.beSilent();
      server.add("example.org. 300 MX 10 mx.example.org.");

      DnsResolver two = patientFor(Duration.ofMillis(500), silent.address(), server.address());

      assertThat(of(two.mx(Domain.of("example.org")))).isInstanceOf(Answer.Found.class);
    }
  }
}
