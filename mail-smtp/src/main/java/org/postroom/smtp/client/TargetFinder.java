package org.postroom.smtp.client;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.postroom.core.address.Domain;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.dns.Resolver.MailExchanger;
import org.postroom.core.flow.DeliveryResult;

/**
 * Finds the addresses of a next hop, in the order to try them (RFC 5321, 5.1): mail exchangers by
 * preference, equal ones shuffled, those no better than ourselves left out; the host itself where
 * there is no MX.
 */
final class TargetFinder {
  private final Resolver resolver;
  private final SmtpClientOptions options;
  private final RandomGenerator random;

  TargetFinder(Resolver resolver, SmtpClientOptions options, RandomGenerator random) {
    this.resolver = resolver;
    this.options = options;
    this.random = random;
  }

  /** Addresses to try, or why there are none. */
  sealed interface Found {
    /** At least one address. */
    record Targets(List<Target> targets) implements Found {}

    /** None: deferred or bounced. */
    record None(DeliveryResult result) implements Found {}
  }

  CompletionStage<Found> find(NextHop hop) {
    Optional<InetAddress> literal = literal(hop.host());
    if (literal.isPresent()) {
      return CompletableFuture.completedStage(
          new Found.Targets(List.of(new Target(hop.host(), literal.get(), hop.port()))));
    }
    if (hop.literal()) {
      return addresses(hop.host(), hop.port());
    }
    return resolver.mx(Domain.of(hop.host())).thenCompose(answer -> byMx(hop, answer));
  }

  private CompletionStage<Found> byMx(NextHop hop, Answer<MailExchanger> answer) {
    if (answer instanceof Answer.Found<MailExchanger> found) {
      List<MailExchanger> exchangers = found.records();
      if (exchangers.stream().allMatch(MailExchanger::isNull)) {
        return none(
            new DeliveryResult.Bounced(
                "none", "5.1.10", "Domain " + hop.host() + " does not accept mail (nullMX)"));
      }
      return byExchangers(hop, exchangers.stream().filter(mx -> !mx.isNull()).toList());
    }
    if (answer instanceof Answer.TryAgain<MailExchanger> later) {
      return none(
          new DeliveryResult.Deferred(
              "none",
              "4.4.3",
              "Host or domain name not found. Name service error for name="
                  + hop.host()
                  + " type=MX: "
                  + later.reason()));
    }
    if (answer instanceof Answer.NoSuchName<MailExchanger>) {
      return none(notFound(hop.host(), "MX"));
    }
    return addresses(hop.host(), hop.port());
  }

  private CompletionStage<Found> byExchangers(NextHop hop, List<MailExchanger> exchangers) {
    List<MailExchanger> sorted = new ArrayList<>(exchangers);
    shuffle(sorted);
    sorted.sort(Comparator.comparingInt(MailExchanger::preference));
    List<CompletableFuture<Found>> lookUps =
        sorted.stream().map(mx -> addresses(host(mx), hop.port()).toCompletableFuture()).toList();
    return CompletableFuture.allOf(lookUps.toArray(CompletableFuture[]::new))
        .thenApply(done -> join(hop, sorted, lookUps));
  }

  private Found join(
      NextHop hop, List<MailExchanger> sorted, List<CompletableFuture<Found>> lookUps) {
    int ourselves = Integer.MAX_VALUE;
    for (int i = 0; i < sorted.size(); i++) {
      if (isUs(sorted.get(i), lookUps.get(i).join(), hop.port())) {
        ourselves = Math.min(ourselves, sorted.get(i).preference());
      }
    }
    List<Target> targets = new ArrayList<>();
    List<DeliveryResult> troubles = new ArrayList<>();
    for (int i = 0; i < sorted.size(); i++) {
      // RFC 5321, 5.1: exchangers that are no better than ourselves would send it back.
      if (sorted.get(i).preference() < ourselves) {
        Found found = lookUps.get(i).join();
        if (found instanceof Found.Targets some) {
          targets.addAll(some.targets());
        } else if (found instanceof Found.None none) {
          troubles.add(none.result());
        }
      }
    }
    if (!targets.isEmpty()) {
      return new Found.Targets(List.copyOf(targets));
    }
    if (ourselves < Integer.MAX_VALUE && troubles.isEmpty()) {
      return new Found.None(
          new DeliveryResult.Bounced(
              "none", "5.4.6", "mail for " + hop.host() + " loops back to myself"));
    }
    // Worth another attempt as long as one of the look-ups is.
    return new Found.None(
        troubles.stream()
            .filter(DeliveryResult.Deferred.class::isInstance)
            .findFirst()
            .orElse(troubles.get(0)));
  }

  private boolean isUs(MailExchanger mx, Found found, int port) {
    if (port != options.defaultPort()) {
      return false;
    }
    return options.ownNames().contains(host(mx))
        || found instanceof Found.Targets some
            && some.targets().stream().anyMatch(t -> options.ownAddresses().contains(t.address()));
  }

  private CompletionStage<Found> addresses(String host, int port) {
    Domain domain;
    try {
      domain = Domain.of(host);
    } catch (MalformedAddress e) {
      return none(
          new DeliveryResult.Deferred(
              "none", "4.4.3", "Malformed name of a mail exchanger: " + host));
    }
    return resolver
        .addresses(domain)
        .thenApply(
            answer -> {
              if (answer instanceof Answer.Found<InetAddress> found) {
                return new Found.Targets(
                    inTurns(found.records()).stream()
                        .map(address -> new Target(host, address, port))
                        .toList());
              }
              if (answer instanceof Answer.TryAgain<InetAddress> later) {
                return new Found.None(
                    new DeliveryResult.Deferred(
                        "none",
                        "4.4.3",
                        "Host or domain name not found. Name service error for name="
                            + host
                            + " type=A: "
                            + later.reason()));
              }
              return new Found.None(notFound(host, "A"));
            });
  }

  /** Shuffled, and both families in turns, so that one that is broken costs one time-out only. */
  private List<InetAddress> inTurns(List<InetAddress> addresses) {
    List<InetAddress> six = new ArrayList<>();
    List<InetAddress> four = new ArrayList<>();
    addresses.forEach(a -> (a instanceof Inet6Address ? six : four).add(a));
    shuffle(six);
    shuffle(four);
    List<InetAddress> turns = new ArrayList<>();
    for (int i = 0; i < Math.max(six.size(), four.size()); i++) {
      if (i < four.size()) {
        turns.add(four.get(i));
      }
      if (i < six.size()) {
        turns.add(six.get(i));
      }
    }
    return turns;
  }

  private <T> void shuffle(List<T> list) {
    for (int i = list.size() - 1; i > 0; i--) {
      Collections.swap(list, i, random.nextInt(i + 1));
    }
  }

  private static CompletionStage<Found> none(DeliveryResult result) {
    return CompletableFuture.completedStage(new Found.None(result));
  }

  private static DeliveryResult notFound(String host, String type) {
    return new DeliveryResult.Bounced(
        "none",
        "5.4.4",
        "Host or domain name not found. Name service error for name="
            + host
            + " type="
            + type
            + ": Host not found");
  }

  private static String host(MailExchanger mx) {
    String host = mx.host().toLowerCase(Locale.ROOT);
    return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }

  /** An address written as such; never looks anything up. */
  private static Optional<InetAddress> literal(String host) {
    boolean numeric = host.indexOf(':') >= 0 || host.matches("\\d{1,3}(\\.\\d{1,3}){3}");
    try {
      return numeric ? Optional.of(InetAddress.getByName(host)) : Optional.empty();
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
