package org.postroom.smtp.client;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.dns.Resolver.MailExchanger;
import org.postroom.core.flow.NextHop;
import org.postroom.core.time.Timers;
import org.postroom.core.trouble.Reason;
import org.postroom.smtp.client.ExchangerSearch.Looked;
import org.postroom.smtp.client.HostLookUp.Host;
import org.postroom.smtp.client.tls.ExchangerHost;
import org.postroom.smtp.client.tls.HostPolicies.Judgement;

/**
 * Finds the addresses of a next hop, in the order to try them (RFC 5321, 5.1): mail exchangers by
 * preference, equal ones shuffled, those no better than ourselves left out; the host itself where
 * there is no MX.
 */
final class TargetFinder {
  private static final String LOCALHOST = "localhost";
  private static final List<InetAddress> LOOPBACK =
      Stream.of("127.0.0.1", "::1").flatMap(text -> IpLiteral.parse(text).stream()).toList();

  private final Resolver resolver;
  private final SmtpClientOptions options;
  private final RandomGenerator random;
  private final Timers timers;
  private final HostLookUp hosts;
  private final Semaphore shared = new Semaphore(ExchangerSearch.SHARED_PLACES);

  TargetFinder(
      Resolver resolver, SmtpClientOptions options, RandomGenerator random, Timers timers) {
    this.resolver = resolver;
    this.options = options;
    this.random = random;
    this.timers = timers;
    this.hosts = new HostLookUp(resolver, options, random);
  }

  /** Addresses to try, or why there are none. */
  sealed interface Found {
    /**
     * At least one address.
     *
     * @param unseen what other hosts are put off for: nothing is known of them now
     */
    record Targets(List<Target> targets, List<DeliveryResult> unseen) implements Found {
      Targets(List<Target> targets) {
        this(targets, List.of());
      }
    }

    /** None: deferred or bounced. */
    record None(DeliveryResult result) implements Found {}
  }

  /** What an attempt comes to whose look-up has failed by a fault of ours. */
  static DeliveryResult failed(@Nullable Throwable trouble) {
    return new DeliveryResult.Deferred(
        "none", "4.4.3", "look-up failed" + (trouble == null ? "" : ": " + Reason.text(trouble)));
  }

  /**
   * Finds.
   *
   * @param way a next hop, and how safe its hosts must be
   * @param ourChoice whether the configuration names the hop, and not the recipients' domain: then
   *     an address in it may be any, and {@code localhost} is this machine (RFC 6761, 6.3)
   */
  CompletionStage<Found> find(Way way, boolean ourChoice) {
    NextHop hop = way.hop();
    if (hop.socket().isPresent()) {
      return bySocket(hop.socket().get(), way);
    }
    Optional<InetAddress> literal = IpLiteral.parse(hop.host());
    if (literal.isPresent()) {
      List<InetAddress> one = List.of(literal.get());
      ExchangerHost host = new ExchangerHost(hop.host(), hop.port());
      return found(way, ourChoice ? hosts.chosen(host, one, way) : hosts.told(host, one, way));
    }
    if (ourChoice && hop.host().equals(LOCALHOST)) {
      return found(way, hosts.chosen(new ExchangerHost(LOCALHOST, hop.port()), LOOPBACK, way));
    }
    if (hop.literal() || !options.looksUpExchangers()) {
      return found(way, hosts.find(hop.host(), true, way));
    }
    return resolver.mx(Domain.of(hop.host())).thenCompose(answer -> byMx(way, answer));
  }

  private CompletionStage<Found> bySocket(Path path, Way way) {
    String name = options.heloName();
    return way.tls()
        .of(new ExchangerHost(name, 0))
        .thenApply(
            judgement ->
                judgement instanceof Judgement.Go go
                    ? new Found.Targets(List.of(Target.socket(name, path, go.policy())))
                    : new Found.None(HostLookUp.skipped((Judgement.Skip) judgement)));
  }

  private static CompletionStage<Found> found(Way way, CompletionStage<Host> host) {
    return host.thenApply(one -> found(way.hop(), one));
  }

  private static Found found(NextHop hop, Host host) {
    if (host instanceof Host.Reachable some) {
      return new Found.Targets(some.targets());
    }
    return new Found.None(
        host instanceof Host.Trouble trouble ? trouble.result() : HostLookUp.loop(hop));
  }

  private CompletionStage<Found> byMx(Way way, Answer<MailExchanger> answer) {
    NextHop hop = way.hop();
    if (answer instanceof Answer.Found<MailExchanger> found) {
      List<MailExchanger> exchangers = found.records();
      if (exchangers.stream().allMatch(MailExchanger::isNull)) {
        return none(
            new DeliveryResult.Bounced(
                "none", "5.1.10", "Domain " + hop.host() + " does not accept mail (nullMX)"));
      }
      return byExchangers(
          way, exchangers.stream().filter(mx -> !mx.isNull()).toList(), found.proven().isPresent());
    }
    if (answer instanceof Answer.TryAgain<MailExchanger> later) {
      return none(HostLookUp.notNow(hop.host(), "MX", later.reason()));
    }
    if (answer instanceof Answer.NoSuchName<MailExchanger>) {
      return none(HostLookUp.notFound(hop.host(), "MX"));
    }
    // Where its addresses are proven, so is that it has no exchangers: or this were no answer.
    return found(way, hosts.find(hop.host(), true, way));
  }

  private CompletionStage<Found> byExchangers(
      Way way, List<MailExchanger> exchangers, boolean proven) {
    NextHop hop = way.hop();
    List<MailExchanger> sorted = new ArrayList<>(betterThanOurName(hop, exchangers));
    if (sorted.isEmpty()) {
      return none(HostLookUp.loop(hop));
    }
    shuffle(sorted, random);
    sorted.sort(Comparator.comparingInt(MailExchanger::preference));
    return ExchangerSearch.search(
            sorted, options.addressLimit(), mx -> hosts.find(host(mx), proven, way), shared, timers)
        .thenApply(looked -> join(hop, looked));
  }

  /** RFC 5321, 5.1: exchangers that are no better than ourselves would send it back. */
  private List<MailExchanger> betterThanOurName(NextHop hop, List<MailExchanger> exchangers) {
    if (hop.port() != options.defaultPort()) {
      return exchangers;
    }
    int ourselves =
        exchangers.stream()
            .filter(mx -> options.ownNames().contains(host(mx)))
            .mapToInt(MailExchanger::preference)
            .min()
            .orElse(Integer.MAX_VALUE);
    return exchangers.stream().filter(mx -> mx.preference() < ourselves).toList();
  }

  private static Found join(NextHop hop, List<Looked> looked) {
    int ourselves =
        looked.stream()
            .filter(one -> one.host() instanceof Host.Ourselves)
            .mapToInt(one -> one.exchanger().preference())
            .min()
            .orElse(Integer.MAX_VALUE);
    List<Target> targets = new ArrayList<>();
    List<DeliveryResult> troubles = new ArrayList<>();
    for (Looked one : looked) {
      if (one.exchanger().preference() >= ourselves) {
        continue;
      }
      if (one.host() instanceof Host.Reachable some) {
        targets.addAll(some.targets());
      } else if (one.host() instanceof Host.Trouble trouble) {
        troubles.add(trouble.result());
      } else {
        troubles.add(HostLookUp.notNow(host(one.exchanger()), "A", "No answer"));
      }
    }
    List<DeliveryResult> unseen =
        troubles.stream().filter(DeliveryResult.Deferred.class::isInstance).toList();
    if (!targets.isEmpty()) {
      return new Found.Targets(List.copyOf(targets), unseen);
    }
    // Worth another attempt as long as one of the look-ups is.
    return new Found.None(
        unseen.stream()
            .findFirst()
            .or(() -> troubles.stream().findFirst())
            .orElseGet(() -> HostLookUp.loop(hop)));
  }

  static <T> void shuffle(List<T> list, RandomGenerator random) {
    for (int i = list.size() - 1; i > 0; i--) {
      Collections.swap(list, i, random.nextInt(i + 1));
    }
  }

  private static CompletionStage<Found> none(DeliveryResult result) {
    return CompletableFuture.completedStage(new Found.None(result));
  }

  private static String host(MailExchanger mx) {
    String host = Domain.spelled(mx.host());
    return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }
}
