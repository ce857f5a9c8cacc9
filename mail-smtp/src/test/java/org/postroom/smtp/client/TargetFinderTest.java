package org.postroom.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.ReversePath;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.flow.NextHop;
import org.postroom.core.network.Network;
import org.postroom.core.testing.Shows;
import org.postroom.core.time.VirtualTime;
import org.postroom.smtp.client.TargetFinder.Found;
import org.postroom.smtp.client.tls.HostPolicies;
import org.postroom.smtp.client.tls.HostPolicies.Judgement;
import org.postroom.smtp.client.tls.RequireTlsLevel;
import org.postroom.smtp.client.tls.TlsLevel;
import org.postroom.smtp.client.tls.TlsPolicy;

/** RFC 5321, 5.1, in the hands of people who own a zone. */
class TargetFinderTest {
  private static final boolean OUR_CHOICE = true;
  private static final boolean THEIR_DOMAIN = false;

  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-28T12:00:00Z"));

  private TargetFinder finder(Resolver resolver, Network... special) {
    SmtpClientOptions preset = SmtpClientOptions.of("mail.example.org");
    SmtpClientOptions options =
        new SmtpClientOptions(
            preset.heloName(),
            preset.ownNames(),
            Set.of(ip("198.51.100.1")),
            List.of(special),
            preset.defaultPort(),
            preset.clearAfter(),
            preset.sources(),
            preset.timeouts(),
            preset.manners(),
            preset.addressLimit(),
            preset.sessionLimit(),
            preset.idleLimit(),
            preset.reuseLimit(),
            preset.lineLimit(),
            preset.fallback(),
            preset.dialect(),
            preset.base(),
            preset.looksUpExchangers());
    return new TargetFinder(resolver, options, new SplittableRandom(7), time);
  }

  private static InetAddress ip(String text) {
    return IpLiteral.parse(text).orElseThrow();
  }

  private static CompletableFuture<Found> find(TargetFinder finder, String hop, boolean ourChoice) {
    return find(finder, hop, ourChoice, HostPolicies.same(TlsPolicy.NONE));
  }

  private static CompletableFuture<Found> find(
      TargetFinder finder, String hop, boolean ourChoice, HostPolicies policies) {
    Way way =
        new Way(NextHop.parse(hop, 25), hop, policies, RequireTlsLevel.DISABLE, ReversePath.NULL);
    return finder.find(way, ourChoice).toCompletableFuture();
  }

  private static List<String> addresses(Found found) {
    assertThat(found).isInstanceOf(Found.Targets.class);
    return found instanceof Found.Targets some
        ? some.targets().stream()
            .map(t -> ((InetSocketAddress) t.place()).getAddress().getHostAddress())
            .toList()
        : List.of();
  }

  private static DeliveryResult trouble(Found found) {
    assertThat(found).isInstanceOf(Found.None.class);
    return ((Found.None) found).result();
  }

  /** A domain with so many exchangers, in so many preferences, all with an address. */
  private static String[] manyExchangers(int count, int preferences, String address) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                ("many.test MX " + i % preferences + " m" + i + ".many.test\n")
                    + ("m" + i + ".many.test A " + address))
        .toArray(String[]::new);
  }

  @ParameterizedTest
  @CsvSource({
    "A 0.0.0.0, 5.4.6",
    "A 127.0.0.1, 5.4.6",
    "A 127.0.0.2, 5.4.6",
    "AAAA ::, 5.4.6",
    "AAAA ::1, 5.4.6",
    "AAAA ::ffff:127.0.0.1, 5.4.6",
    "AAAA 64:ff9b::7f00:1, 5.4.6",
    "A 198.51.100.1, 5.4.6",
    "A 224.0.0.1, 5.4.4",
    "A 255.255.255.255, 5.4.4",
    "A 169.254.169.254, 5.4.4",
    "AAAA fe80::1, 5.4.4",
    "AAAA ff02::1, 5.4.4",
  })
  void aNameIsNotFollowedIntoThisMachineNorToNoHost(String record, String status) {
    String[] zone = {
      "mx.test MX 10 host.test", "host.test " + record, "plain.test " + record, "x.test A 192.0.2.1"
    };
    TargetFinder finder = finder(ZoneResolver.of(zone));

    for (String hop : List.of("mx.test", "plain.test", "[plain.test]", "[host.test]")) {
      for (boolean ourChoice : new boolean[] {OUR_CHOICE, THEIR_DOMAIN}) {
        DeliveryResult result = trouble(find(finder, hop, ourChoice).join());

        assertThat(result).isInstanceOf(DeliveryResult.Bounced.class);
        assertThat(result.status()).as(hop).isEqualTo(status);
      }
    }
  }

  @Test
  @Shows("A4.6")
  void aHostInBracketsHasNoExchangers() {
    CountingResolver resolver =
        new CountingResolver("hub.test MX 10 other.test", "hub.test A 192.0.2.1");

    assertThat(addresses(find(finder(resolver), "[hub.test]:587", OUR_CHOICE).join()))
        .containsExactly("192.0.2.1");
    assertThat(resolver.exchangers()).isZero();
  }

  /** Each host has its own policy, and is asked for by the name that the DNS has. */
  @Test
  void aHostThatMailMayNotGoToIsLeftOut() {
    TargetFinder finder =
        finder(
            ZoneResolver.of(
                "some.test MX 10 wrong.test",
                "some.test MX 20 RIGHT.test.",
                "wrong.test A 192.0.2.1",
                "right.test A 192.0.2.2"));
    TlsPolicy encrypt = new TlsPolicy(TlsLevel.ENCRYPT, List.of(), Optional.empty());
    HostPolicies policies =
        host ->
            CompletableFuture.completedStage(
                host.name().equals("right.test") && host.port() == 25
                    ? new Judgement.Go(encrypt)
                    : new Judgement.Skip("4.7.5", host.name() + " is not the one"));

    assertThat(find(finder, "some.test", THEIR_DOMAIN, policies).join())
        .isInstanceOfSatisfying(
            Found.Targets.class,
            some ->
                assertThat(some.targets())
                    .containsExactly(new Target("right.test", ip("192.0.2.2"), 25, encrypt)));
    for (String hop : List.of("wrong.test", "[wrong.test]", "[192.0.2.1]", "localhost")) {
      DeliveryResult result = trouble(find(finder, hop, OUR_CHOICE, policies).join());

      assertThat(result).isInstanceOf(DeliveryResult.Deferred.class);
      assertThat(result.status()).isEqualTo("4.7.5");
      assertThat(result.reason()).endsWith(" is not the one");
    }
  }

  @Test
  void saysWhichOthersAreNotKnownNow() {
    TargetFinder finder =
        finder(
            ZoneResolver.of(
                "some.test MX 10 broken.test",
                "some.test MX 20 none.test",
                "some.test MX 30 good.test",
                "broken.test SERVFAIL",
                "good.test A 192.0.2.1"));

    assertThat(find(finder, "some.test", THEIR_DOMAIN).join())
        .isInstanceOfSatisfying(
            Found.Targets.class,
            some ->
                assertThat(some.unseen())
                    .singleElement()
                    .satisfies(one -> assertThat(one.reason()).contains("broken.test")));
  }

  @Test
  void whatIsWrongInASetIsLeftOut() {
    TargetFinder finder =
        finder(
            ZoneResolver.of(
                "mixed.test MX 10 self.test",
                "mixed.test MX 20 many.test",
                "mixed.test MX 30 other.test",
                "self.test A 127.0.0.1",
                "self.test AAAA ::1",
                "many.test A 224.0.0.1",
                "many.test A 192.0.2.1",
                "other.test A 10.1.2.3"));

    assertThat(addresses(find(finder, "mixed.test", THEIR_DOMAIN).join()))
        .containsExactly("192.0.2.1", "10.1.2.3");
  }

  @Test
  void aBadAddressWaitsForWhatCannotBeAskedNow() {
    TargetFinder finder =
        finder(
            ZoneResolver.of(
                "mixed.test MX 10 self.test",
                "mixed.test MX 20 broken.test",
                "self.test A 127.0.0.1",
                "broken.test SERVFAIL"));

    assertThat(trouble(find(finder, "mixed.test", THEIR_DOMAIN).join()))
        .isInstanceOf(DeliveryResult.Deferred.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.0.2", "0.0.0.0", "ipv6:::1", "ipv6:::ffff:127.0.0.1"})
  void anAddressOfThisMachineIsOnlyForItsAdministratorToName(String literal) {
    TargetFinder finder = finder(ZoneResolver.of());

    assertThat(addresses(find(finder, "[" + literal + "]:2525", OUR_CHOICE).join())).hasSize(1);
    assertThat(trouble(find(finder, "[" + literal + "]", THEIR_DOMAIN).join()).status())
        .isEqualTo("5.4.6");
  }

  @Test
  void ourOwnAddressIsALoopOnOurPortOnly() {
    TargetFinder finder = finder(ZoneResolver.of("us.test AAAA ::ffff:198.51.100.1"));

    for (String hop : List.of("[198.51.100.1]", "[us.test]", "us.test")) {
      assertThat(trouble(find(finder, hop, OUR_CHOICE).join()).status()).isEqualTo("5.4.6");
      assertThat(addresses(find(finder, hop + ":2525", OUR_CHOICE).join()))
          .containsExactly("198.51.100.1");
    }
  }

  @Test
  void localhostIsThisMachineWhereItsAdministratorSaysSo() {
    CountingResolver resolver = new CountingResolver("localhost A 127.0.0.1");
    TargetFinder finder = finder(resolver);

    for (String hop : List.of("localhost:2525", "[localhost]:2525")) {
      assertThat(addresses(find(finder, hop, OUR_CHOICE).join()))
          .containsExactly("127.0.0.1", "0:0:0:0:0:0:0:1");
    }
    assertThat(resolver.hosts()).isEmpty();
    assertThat(trouble(find(finder, "localhost", THEIR_DOMAIN).join()).status()).isEqualTo("5.4.6");
  }

  @Test
  void namesMayLeadToTheNetworksThatTheConfigurationLists() {
    TargetFinder finder =
        finder(
            ZoneResolver.of(
                "here.test A 127.0.0.2", "there.test A 127.1.0.1", "six.test AAAA fe80::1"),
            Network.parse("127.0.0.0/24"),
            Network.parse("[fe80::]/10"));

    assertThat(addresses(find(finder, "here.test", THEIR_DOMAIN).join()))
        .containsExactly("127.0.0.2");
    assertThat(addresses(find(finder, "six.test", THEIR_DOMAIN).join())).hasSize(1);
    assertThat(trouble(find(finder, "there.test", THEIR_DOMAIN).join()).status())
        .isEqualTo("5.4.6");
  }

  @Test
  void ofAThousandEqualExchangersTwentyAreLookedUp() {
    CountingResolver resolver = new CountingResolver(manyExchangers(1000, 1, "192.0.2.1"));

    Found found = find(finder(resolver), "many.test", THEIR_DOMAIN).join();

    assertThat(addresses(found)).hasSize(20);
    assertThat(resolver.hosts()).hasSize(20).doesNotHaveDuplicates();
    assertThat(resolver.exchangers()).isEqualTo(1);
  }

  @Test
  void equalExchangersHaveTheirTurnsAtRandom() {
    CountingResolver resolver = new CountingResolver(manyExchangers(1000, 1, "192.0.2.1"));
    TargetFinder finder = finder(resolver);

    for (int i = 0; i < 20; i++) {
      find(finder, "many.test", THEIR_DOMAIN).join();
    }

    assertThat(Set.copyOf(resolver.hosts())).hasSizeGreaterThan(250);
  }

  @Test
  void twentyThatLeadNowhereAreEnough() {
    CountingResolver resolver = new CountingResolver(manyExchangers(1000, 7, "127.5.0.99"));

    Found found = find(finder(resolver), "many.test", THEIR_DOMAIN).join();

    assertThat(trouble(found).status()).isEqualTo("5.4.6");
    assertThat(resolver.hosts()).hasSize(20);
  }

  @Test
  void worseExchangersAreNotLookedUpOnceThereAreAddressesEnough() {
    CountingResolver resolver = new CountingResolver(manyExchangers(50, 50, "192.0.2.1"));

    Found found = find(finder(resolver), "many.test", THEIR_DOMAIN).join();

    assertThat(addresses(found)).hasSize(5);
    assertThat(resolver.hosts())
        .containsExactlyElementsOf(
            IntStream.range(0, 5).mapToObj(i -> Domain.of("m" + i + ".many.test")).toList());
  }

  @Test
  void exchangersNoBetterThanOurselvesAreNotLookedUp() {
    CountingResolver byName =
        new CountingResolver(
            "backup.test MX 10 best.test",
            "backup.test MX 20 mail.example.org",
            "backup.test MX 20 equal.test",
            "backup.test MX 30 worse.test",
            "best.test A 192.0.2.1",
            "equal.test A 192.0.2.2",
            "worse.test A 192.0.2.3");
    assertThat(addresses(find(finder(byName), "backup.test", THEIR_DOMAIN).join()))
        .containsExactly("192.0.2.1");
    assertThat(byName.hosts()).containsExactly(Domain.of("best.test"));

    List<String> lines = new ArrayList<>(Arrays.asList(manyExchangers(10, 1, "192.0.2.1")));
    lines.add("many.test MX 0 us.test\nus.test A 198.51.100.1");
    CountingResolver byAddress = new CountingResolver(lines.toArray(String[]::new));
    for (int i = 0; i < 20; i++) { // wherever among its equals we are
      assertThat(trouble(find(finder(byAddress), "many.test", THEIR_DOMAIN).join()).status())
          .isEqualTo("5.4.6");
    }
  }

  @Test
  void fourAreLookedUpAtTheSameTime() {
    CountingResolver resolver = new CountingResolver(manyExchangers(1000, 1, "192.0.2.1"));
    resolver.keepBack();

    CompletableFuture<Found> found = find(finder(resolver), "many.test", THEIR_DOMAIN);
    for (int answers = 0; answers < 20; answers++) {
      assertThat(found).isNotDone();
      assertThat(resolver.underWay()).isEqualTo(Math.min(4, 20 - answers));
      resolver.answerOne();
    }

    assertThat(addresses(found.join())).hasSize(20);
  }

  @Test
  void togetherTheyHaveAHundredPlacesAndEachOneOfItsOwn() {
    CountingResolver resolver = new CountingResolver(manyExchangers(1000, 1, "192.0.2.1"));
    resolver.keepBack();
    TargetFinder finder = finder(resolver);
    List<CompletableFuture<Found>> all =
        IntStream.range(0, 400).mapToObj(i -> find(finder, "many.test", THEIR_DOMAIN)).toList();
    assertThat(resolver.underWay()).isEqualTo(500);

    while (resolver.underWay() > 0) {
      resolver.answerOne();
      assertThat(resolver.underWay()).isLessThanOrEqualTo(500);
    }

    assertThat(all).allSatisfy(found -> assertThat(addresses(found.join())).hasSize(20));
    CompletableFuture<Found> after = find(finder, "many.test", THEIR_DOMAIN);
    assertThat(after).isNotDone();
    assertThat(resolver.underWay()).isEqualTo(4); // all places have come back
  }

  @Test
  void namesThatAreNotAnsweredInTimeAreLeftOut() {
    CountingResolver resolver =
        new CountingResolver(
            "slow.test MX 10 a.test",
            "slow.test MX 20 b.test",
            "a.test A 192.0.2.1",
            "b.test A 192.0.2.2");
    resolver.keepBack();
    TargetFinder finder = finder(resolver);

    CompletableFuture<Found> one = find(finder, "slow.test", THEIR_DOMAIN);
    resolver.answerOne();
    time.advance(Duration.ofSeconds(29));
    assertThat(one).isNotDone();
    time.advance(Duration.ofSeconds(1));
    assertThat(addresses(one.join())).containsExactly("192.0.2.1");
    resolver.answerOne(); // too late, and without effect

    CompletableFuture<Found> none = find(finder, "slow.test", THEIR_DOMAIN);
    time.advance(Duration.ofSeconds(30));
    assertThat(trouble(none.join())).isInstanceOf(DeliveryResult.Deferred.class);
    assertThat(trouble(none.join()).status()).isEqualTo("4.4.3");
  }
}
