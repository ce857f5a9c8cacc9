package org.postroom.core.dns.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.dns.Resolver.MailExchanger;
import org.postroom.core.dns.Resolver.Tlsa;

class ZoneResolverTest {
  private final ZoneResolver zone =
      ZoneResolver.of(
          """
          # a comment
          example.org     MX 10 mx.example.org
          example.org     MX 20 MX2.example.org.
          mx.example.org  A 192.0.2.1   # behind a record
          mx.example.org  AAAA 2001:db8::1
          www.example.org CNAME mx.example.org
          192.0.2.1       PTR mx.example.org
          none.example    MX 0 .
          _25._tcp.mx.example.org TLSA 3 1 1 0A1b2C
          _25._tcp.mx.example.org TLSA 2 0 2 ff
          bogus.example   A 192.0.2.8
          _25._tcp.bogus.example  SERVFAIL
          broken.test     SERVFAIL
          loop.test       CNAME loop.test
          bücher.example  A 192.0.2.7
          """);

  private static <T> List<T> records(java.util.concurrent.CompletionStage<Answer<T>> stage) {
    return now(stage) instanceof Answer.Found<T> found ? found.records() : List.of();
  }

  private static <T> Answer<T> now(java.util.concurrent.CompletionStage<Answer<T>> stage) {
    return stage.toCompletableFuture().join();
  }

  @Test
  void answersWhatIsWritten() throws Exception {
    assertThat(records(zone.mx(Domain.of("Example.ORG"))))
        .containsExactly(
            new MailExchanger(10, "mx.example.org"), new MailExchanger(20, "mx2.example.org"));
    List<InetAddress> both =
        List.of(InetAddress.getByName("192.0.2.1"), InetAddress.getByName("2001:db8::1"));
    assertThat(records(zone.addresses(Domain.of("mx.example.org")))).isEqualTo(both);
    assertThat(records(zone.addresses(Domain.of("www.example.org")))).isEqualTo(both);
    assertThat(now(zone.names(InetAddress.getByName("192.0.2.1"))))
        .isEqualTo(new Answer.Found<>(List.of(Domain.of("mx.example.org"))));
    assertThat(now(zone.addresses(Domain.of("xn--bcher-kva.example"))))
        .isInstanceOf(Answer.Found.class);
    assertThat(now(zone.mx(Domain.of("none.example"))))
        .isInstanceOfSatisfying(
            Answer.Found.class,
            f -> assertThat(((MailExchanger) f.records().get(0)).isNull()).isTrue());
  }

  @Test
  void saysByWhichCertificatesAServerIsKnown() {
    assertThat(records(zone.tlsa(Domain.of("_25._tcp.mx.example.org"))))
        .containsExactly(new Tlsa(3, 1, 1, "0a1b2c"), new Tlsa(2, 0, 2, "ff"));
    assertThat(now(zone.tlsa(Domain.of("_tcp.mx.example.org")))).isInstanceOf(Answer.NoData.class);
    assertThat(now(zone.tlsa(Domain.of("_25._tcp.www.example.org"))))
        .isInstanceOf(Answer.NoSuchName.class);
    assertThat(now(zone.tlsa(Domain.of("_25._tcp.bogus.example"))))
        .isInstanceOf(Answer.TryAgain.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "_25._tcp.a.example TLSA 3 1 1",
        "_25._tcp.a.example TLSA 3 1 1 0A1 B2",
        "_25._tcp.a.example TLSA 3 1 1 0A1",
        "_25._tcp.a.example TLSA 3 1 1 xy",
        "_25._tcp.a.example TLSA 256 1 1 00",
        "_25._tcp.a.example TLSA -1 1 1 00",
        "_25._tcp.a.example TLSA three 1 1 00"
      })
  void refusesWhatSaysNothingOfACertificate(String line) {
    assertThatThrownBy(() -> ZoneResolver.of(line)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void tellsNothingOfThatKindFromNoSuchName() throws Exception {
    assertThat(now(zone.mx(Domain.of("mx.example.org")))).isEqualTo(new Answer.NoData<>());
    assertThat(now(zone.mx(Domain.of("example")))).isEqualTo(new Answer.NoData<>());
    assertThat(now(zone.mx(Domain.of("nowhere.test")))).isEqualTo(new Answer.NoSuchName<>());
    assertThat(now(zone.names(InetAddress.getByName("192.0.2.9"))))
        .isEqualTo(new Answer.NoSuchName<>());
    assertThat(now(zone.mx(Domain.of("broken.test")))).isInstanceOf(Answer.TryAgain.class);
    assertThat(now(zone.mx(Domain.of("loop.test")))).isInstanceOf(Answer.TryAgain.class);
  }

  /** Whose they are is the last name of the aliases; one that is not signed proves nothing. */
  @Test
  void allIsProvenButWhatIsUnsigned() {
    ZoneResolver some =
        ZoneResolver.of(
            "a.test A 192.0.2.1",
            "www.test CNAME a.test",
            "out.test CNAME mx.plain.test",
            "mx.plain.test A 192.0.2.2",
            "in.plain.test CNAME a.test",
            "_25._tcp.mx.plain.test TLSA 3 1 1 00",
            "plain.test UNSIGNED");

    assertThat(proven(some, "a.test")).hasValue(Domain.of("a.test"));
    assertThat(proven(some, "www.test")).hasValue(Domain.of("a.test"));
    assertThat(proven(some, "out.test")).isEmpty();
    assertThat(proven(some, "in.plain.test")).isEmpty();
    assertThat(now(some.tlsa(Domain.of("_25._tcp.mx.plain.test"))))
        .isInstanceOf(Answer.NoData.class);
    assertThat(now(some.addresses(Domain.of("plain.test")))).isInstanceOf(Answer.NoData.class);
  }

  private static Optional<Domain> proven(ZoneResolver zone, String name) {
    Answer<InetAddress> answer = now(zone.addresses(Domain.of(name)));
    assertThat(answer).isInstanceOf(Answer.Found.class);
    return answer instanceof Answer.Found<InetAddress> found ? found.proven() : Optional.empty();
  }

  @Test
  void textsKeepTheirBlanks() throws Exception {
    assertThat(
            records(ZoneResolver.of("bl.test TXT Listed, see  there").texts(Domain.of("bl.test"))))
        .containsExactly("Listed, see  there");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "example.org",
        "a MX mx",
        "a A host.name",
        "a TXT",
        "a SRV hello",
        "a A 1.2.3.999"
      })
  void refusesWhatIsNoRecord(String line) {
    assertThatThrownBy(() -> ZoneResolver.of(line)).isInstanceOf(IllegalArgumentException.class);
  }
}
