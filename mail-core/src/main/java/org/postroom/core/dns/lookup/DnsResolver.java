package org.postroom.core.dns.lookup;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.trouble.Reason;
import org.postroom.core.wire.Questions;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Cache;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;

/**
 * Asks name servers over UDP and, where an answer does not fit, TCP. Search lists and the hosts
 * file are not used: a mail domain is a whole name. Thread-safe.
 */
public final class DnsResolver implements Resolver {
  private static final int CACHED_NAMES = 50_000;

  private final Lookup lookup;
  private final @Nullable DnsResolver proven;

  /** One whose answers are proven already, or have their proof elsewhere. */
  private DnsResolver(Lookup lookup, @Nullable DnsResolver proven) {
    this.lookup = lookup;
    this.proven = proven;
  }

  /** How records are got. */
  interface Lookup {
    /**
     * Those of a name, aliases followed; at least one is found.
     *
     * @return never with an exception
     */
    CompletionStage<Answer<Record>> ask(Name name, int type);
  }

  /** Asks the name servers that this machine's configuration names, at each reload anew. */
  public static Resolver ofSystem(
      Questions network, Duration timeout, Executor executor, Clock clock) {
    return new CurrentResolver(
        DnsResolver::ofThisMachine, servers -> of(network, servers, timeout, executor, clock));
  }

  private static List<InetSocketAddress> ofThisMachine() {
    ResolverConfig.refresh();
    return ResolverConfig.getCurrentConfig().servers();
  }

  /**
   * Asks these name servers.
   *
   * @param network by which they are asked, and with which this ends
   * @param timeout for one server and try; the whole answer takes three times as long at most
   * @param executor runs what follows on an answer
   * @param clock by which signatures are valid
   */
  public static DnsResolver of(
      Questions network,
      List<InetSocketAddress> servers,
      Duration timeout,
      Executor executor,
      Clock clock) {
    return of(network, servers, timeout, executor, clock, ProvenLookup.ROOT);
  }

  /**
   * The same with other proofs.
   *
   * @param anchors DS records of the root's keys, as a zone's file has them
   */
  static DnsResolver of(
      Questions network,
      List<InetSocketAddress> servers,
      Duration timeout,
      Executor executor,
      Clock clock,
      String anchors) {
    Cache cache = new Cache(DClass.IN);
    cache.setMaxEntries(CACHED_NAMES);
    LookupSession lookups =
        LookupSession.builder()
            .resolver(all(network, servers, timeout))
            .cache(cache)
            .executor(executor)
            .build();
    DnsResolver proven =
        new DnsResolver(
            new ProvenLookup(() -> all(network, servers, timeout), anchors, clock, executor), null);
    return new DnsResolver((name, type) -> ask(lookups, name, type), proven);
  }

  private static ExtendedResolver all(
      Questions network, List<InetSocketAddress> servers, Duration timeout) {
    List<org.xbill.DNS.Resolver> each = new ArrayList<>();
    for (InetSocketAddress server : servers) {
      each.add(new NameServer(network, server, timeout));
    }
    ExtendedResolver all = new ExtendedResolver(each);
    all.setTimeout(timeout.multipliedBy(3));
    all.setRetries(2);
    return all;
  }

  @Override
  public Optional<Resolver> validating() {
    return Optional.of(proven == null ? this : proven);
  }

  @Override
  public CompletionStage<Answer<MailExchanger>> mx(Domain domain) {
    return ask(
        domain,
        Type.MX,
        r ->
            r instanceof MXRecord mx
                ? new MailExchanger(mx.getPriority(), text(mx.getTarget()))
                : null);
  }

  @Override
  public CompletionStage<Answer<Domain>> nameServers(Domain domain) {
    return ask(domain, Type.NS, r -> r instanceof NSRecord ns ? domain(ns.getTarget()) : null);
  }

  @Override
  public CompletionStage<Answer<InetAddress>> addresses(Domain host) {
    CompletionStage<Answer<InetAddress>> v4 =
        ask(host, Type.A, r -> r instanceof ARecord a ? a.getAddress() : null);
    CompletionStage<Answer<InetAddress>> v6 =
        ask(host, Type.AAAA, r -> r instanceof AAAARecord a ? a.getAddress() : null);
    return v4.thenCombine(v6, DnsResolver::both);
  }

  /** What was found counts; then "ask again"; "no such name" only when both say so. */
  private static Answer<InetAddress> both(Answer<InetAddress> v4, Answer<InetAddress> v6) {
    if (v4 instanceof Answer.Found<InetAddress> four
        && v6 instanceof Answer.Found<InetAddress> six) {
      List<InetAddress> found = new ArrayList<>(four.records());
      found.addAll(six.records());
      return new Answer.Found<>(
          found, four.proven().equals(six.proven()) ? four.proven() : Optional.empty());
    }
    if (v4 instanceof Answer.Found || v6 instanceof Answer.Found) {
      return v4 instanceof Answer.Found ? v4 : v6;
    }
    if (v4 instanceof Answer.TryAgain) {
      return v4;
    }
    return v6 instanceof Answer.NoSuchName ? v4 : v6;
  }

  @Override
  public CompletionStage<Answer<Domain>> names(InetAddress address) {
    return ask(
        ReverseMap.fromAddress(address),
        Type.PTR,
        r -> r instanceof PTRRecord ptr ? domain(ptr.getTarget()) : null);
  }

  @Override
  public CompletionStage<Answer<String>> texts(Domain name) {
    return ask(name, Type.TXT, r -> r instanceof TXTRecord txt ? joined(txt) : null);
  }

  /** What is not proven does not count. */
  @Override
  public CompletionStage<Answer<Tlsa>> tlsa(Domain name) {
    return proven == null
        ? ask(name, Type.TLSA, DnsResolver::tlsa).thenApply(DnsResolver::proven)
        : CompletableFuture.completedFuture(new Answer.NoData<>());
  }

  private static @Nullable Tlsa tlsa(Record record) {
    return record instanceof TLSARecord one && one.getCertificateAssociationData().length > 0
        ? new Tlsa(
            one.getCertificateUsage(),
            one.getSelector(),
            one.getMatchingType(),
            HexFormat.of().formatHex(one.getCertificateAssociationData()))
        : null;
  }

  private static Answer<Tlsa> proven(Answer<Tlsa> answer) {
    return answer instanceof Answer.Found<Tlsa> found && found.proven().isEmpty()
        ? new Answer.NoData<>()
        : answer;
  }

  private static String joined(TXTRecord txt) {
    StringBuilder text = new StringBuilder();
    txt.getStringsAsByteArrays().forEach(part -> text.append(new String(part, UTF_8)));
    return text.toString();
  }

  /** Null for what some people put into their zones. */
  static @Nullable Domain domain(Name name) {
    try {
      return Domain.of(text(name));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static String text(Name name) {
    return name.equals(Name.root) ? "." : name.toString(true);
  }

  private <T> CompletionStage<Answer<T>> ask(
      Domain domain, int type, Function<Record, @Nullable T> read) {
    Name name;
    try {
      name = Name.fromString(domain.name(), Name.root);
    } catch (TextParseException e) {
      // What cannot be written as a name cannot be in the DNS.
      return CompletableFuture.completedFuture(new Answer.NoSuchName<>());
    }
    return ask(name, type, read);
  }

  private <T> CompletionStage<Answer<T>> ask(
      Name name, int type, Function<Record, @Nullable T> read) {
    return lookup.ask(name, type).thenApply(answer -> values(answer, read));
  }

  private static CompletionStage<Answer<Record>> ask(LookupSession lookups, Name name, int type) {
    try {
      return lookups
          .lookupAsync(name, type)
          .handle(
              (result, problem) ->
                  problem == null
                      ? new Answer.Found<>(result.getRecords())
                      : missing(name, problem));
    } catch (RuntimeException e) {
      return CompletableFuture.completedFuture(missing(name, e));
    }
  }

  private static <T> Answer<T> values(Answer<Record> answer, Function<Record, @Nullable T> read) {
    if (answer instanceof Answer.TryAgain<Record> later) {
      return new Answer.TryAgain<>(later.reason());
    }
    if (answer instanceof Answer.NoSuchName) {
      return new Answer.NoSuchName<>();
    }
    List<T> values = new ArrayList<>();
    if (answer instanceof Answer.Found<Record> found) {
      for (Record record : found.records()) {
        T value = read.apply(record);
        if (value != null) {
          values.add(value);
        }
      }
      if (!values.isEmpty()) {
        return new Answer.Found<>(values, found.proven());
      }
    }
    return new Answer.NoData<>();
  }

  static <T> Answer<T> missing(Name name, Throwable problem) {
    Throwable cause = Reason.cause(problem);
    if (cause instanceof NoSuchDomainException) {
      return new Answer.NoSuchName<>();
    }
    if (cause instanceof NoSuchRRSetException) {
      return new Answer.NoData<>();
    }
    return new Answer.TryAgain<>("No answer for " + text(name) + ": " + Reason.text(cause));
  }
}
