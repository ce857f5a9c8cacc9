package org.postroom.smtp.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.flow.NextHop;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.trouble.Reason;
import org.postroom.smtp.client.TargetFinder.Found;
import org.postroom.smtp.client.tls.BadPolicy;
import org.postroom.smtp.client.tls.PublishedPolicy;
import org.postroom.smtp.client.tls.RequireTlsLevel;
import org.postroom.smtp.client.tls.TlsPolicy;

/** By which hosts mail would go, and how safely: found as for an attempt, and not gone to. */
final class Prospect {
  private final Outfit outfit;

  Prospect(Outfit outfit) {
    this.outfit = outfit;
  }

  /** A line for each host, or for why there is none. Never completes exceptionally. */
  CompletionStage<List<String>> of(String nextHop, Address recipient) {
    List<NextHop> hops;
    try {
      hops = outfit.options().hops(nextHop);
    } catch (NextHop.Malformed e) {
      return CompletableFuture.completedStage(List.of(String.valueOf(e.getMessage())));
    }
    CompletionStage<List<String>> all = CompletableFuture.completedStage(List.of());
    for (NextHop hop : hops) {
      all = all.thenCombine(of(hop, recipient), Prospect::joined);
    }
    return all;
  }

  private static List<String> joined(List<String> first, List<String> second) {
    List<String> both = new ArrayList<>(first);
    both.addAll(second);
    return both;
  }

  private CompletionStage<List<String>> of(NextHop hop, Address recipient) {
    boolean theirOwn = NextHop.of(recipient.domain(), outfit.options().defaultPort()).equals(hop);
    try {
      return outfit
          .security()
          .policies()
          .of(hop, () -> false)
          .thenApply(
              tls -> new Way(hop, hop.written(), tls, RequireTlsLevel.DISABLE, ReversePath.NULL))
          .thenCompose(
              way -> outfit.finder().find(way, !theirOwn).thenApply(found -> lines(way, found)))
          .exceptionally(
              trouble -> List.of(hop.written() + ": look-up failed: " + Reason.text(trouble)))
          .thenCombine(
              outfit.counts().about(hop),
              (hosts, reports) -> joined(hosts, reports.stream().toList()));
    } catch (BadPolicy | LookupUnavailable e) {
      return CompletableFuture.completedStage(List.of(hop.written() + ": " + e.getMessage()));
    }
  }

  private static List<String> lines(Way way, Found found) {
    if (found instanceof Found.Targets some) {
      return some.targets().stream().map(target -> target + ": " + tls(way, target)).toList();
    }
    DeliveryResult none = ((Found.None) found).result();
    return List.of(way.written() + ": " + none.status() + " " + none.reason());
  }

  private static String tls(Way way, Target target) {
    TlsPolicy policy = target.tls();
    String level = policy.level().name().toLowerCase(Locale.ROOT).replace('_', '-');
    String how =
        switch (policy.level()) {
          case NONE -> "without TLS";
          case MAY -> "TLS where it is offered, with anybody";
          case ENCRYPT -> "TLS with anybody";
          case FINGERPRINT -> "TLS with a certificate or a key of " + policy.match().size();
          case DANE, DANE_ONLY -> "TLS with whom " + policy.tlsa().size() + " TLSA records name";
          case VERIFY, SECURE ->
              "TLS with a certificate for "
                  + String.join(" or ", policy.namesFor(way.hop(), target.host()));
        };
    return how + " (" + level + ")" + published(way.tls().published());
  }

  private static String published(PublishedPolicy policy) {
    return policy.type() == PublishedPolicy.Type.STS
        ? "; MTA-STS policy: " + String.join(", ", policy.lines())
        : "";
  }
}
