package org.postroom.smtp.client.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.dns.Resolver;
import org.postroom.core.flow.NextHop;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.TableKeys;
import org.postroom.core.table.TableKeys.Parents;
import org.postroom.core.table.TableList;
import org.postroom.core.table.Tables;

/**
 * The one station that says how safe connections to the hosts of a next hop must be. The first of
 * these that has something to say is obeyed:
 *
 * <ol>
 *   <li>a mail that says itself that it need not be safe (RFC 8689): for it, anything may, unless
 *       our log-in would go with it, or it was handed in with REQUIRETLS;
 *   <li>{@code smtp_tls_policy_maps}, for that next hop;
 *   <li>TLSA records of a host (DANE), where the level is {@code dane} or {@code dane-only};
 *   <li>what the domain publishes ({@link PolicySource}), which may judge each host by itself;
 *   <li>{@code smtp_tls_security_level}, for all.
 * </ol>
 */
public final class TlsPolicies {
  private final Settings settings;
  private final TableList tables;
  private final List<PolicySource> sources;
  private final Resolver names;

  /** What holds where nobody has something to say of a next hop: one object for all mail. */
  private final TlsPolicy usual;

  private final CompletionStage<HostPolicies> usualHosts;

  private TlsPolicies(
      Settings settings, TableList tables, List<PolicySource> sources, Resolver names) {
    this.settings = settings;
    this.names = names;
    this.tables = tables;
    this.sources = List.copyOf(sources);
    this.usual =
        policy(settings.get(TlsParams.LEVEL), List.of(), Optional.empty(), Optional.empty());
    this.usualHosts = CompletableFuture.completedStage(HostPolicies.same(usual));
  }

  /**
   * Those that settings name.
   *
   * @param sources of what domains publish; of two that know of one, the later is obeyed, and the
   *     earlier one is what holds otherwise
   * @param names by DNSSEC, where settings ask for it
   * @throws BadConfiguration for a table that cannot be had, and for what contradicts itself
   */
  public static TlsPolicies of(
      Settings settings, Tables tables, List<PolicySource> sources, Resolver names) {
    try {
      TlsPolicies policies =
          new TlsPolicies(
              settings, tables.openAll(settings.get(TlsParams.POLICY_MAPS)), sources, names);
      policies.check();
      return policies;
    } catch (BadValue e) {
      throw fault(settings, TlsParams.POLICY_MAPS, e.reason());
    }
  }

  /**
   * From whom names of next hops are had: with proofs, where settings ask for them, or as they
   * come.
   *
   * @throws BadConfiguration where nobody there has proofs
   */
  public static Resolver names(Settings settings, Resolver all) {
    return settings.get(TlsParams.DNS_SUPPORT) == DnsSupport.DNSSEC
        ? all.validating()
            .orElseThrow(
                () ->
                    fault(
                        settings,
                        TlsParams.DNS_SUPPORT,
                        "dnssec needs names from somebody who checks signatures, which these are"
                            + " not"))
        : all;
  }

  /** The same with further sources, over which those that are there already go. */
  public TlsPolicies under(List<PolicySource> further) {
    List<PolicySource> all = new ArrayList<>(further);
    all.addAll(sources);
    return new TlsPolicies(settings, tables, all, names);
  }

  /**
   * What a table says.
   *
   * @param versions that it names itself
   */
  private record Row(TlsPolicy policy, Optional<TlsVersions> versions) {}

  private static BadConfiguration fault(Settings settings, Param<?> param, String reason) {
    return new BadConfiguration(settings.fault(param, reason));
  }

  private void check() {
    TlsLevel level = settings.get(TlsParams.LEVEL);
    if (settings.get(TlsParams.WRAPPERMODE) && !level.requiresTls() && tables.isEmpty()) {
      throw fault(
          settings,
          TlsParams.WRAPPERMODE,
          "expected "
              + settings.nameOf(TlsParams.LEVEL)
              + " = encrypt, or above, with it; it is "
              + level.name().toLowerCase(Locale.ROOT));
    }
    if (level.asksForTlsa() && !provesNames()) {
      throw fault(settings, TlsParams.LEVEL, needsDnssec());
    }
    if (level == TlsLevel.FINGERPRINT && settings.get(TlsParams.FINGERPRINTS).isEmpty()) {
      throw fault(
          settings,
          TlsParams.LEVEL,
          "expected digests in "
              + settings.nameOf(TlsParams.FINGERPRINTS)
              + " for the level fingerprint");
    }
  }

  private boolean provesNames() {
    return settings.get(TlsParams.DNS_SUPPORT) == DnsSupport.DNSSEC;
  }

  private String needsDnssec() {
    return "expected "
        + settings.nameOf(TlsParams.DNS_SUPPORT)
        + " = dnssec with the levels dane and dane-only";
  }

  /** Whether the handshake comes before everything else. */
  public boolean wrapped() {
    return settings.get(TlsParams.WRAPPERMODE);
  }

  /**
   * Those of a next hop's hosts. On a worker: tables are asked.
   *
   * @param needNot whether the mail says that it need not be safe; asked where that matters
   * @return on any thread, never with an exception
   * @throws BadPolicy where a table says what is none
   * @throws org.postroom.core.refusal.LookupUnavailable when a table has no answer now
   */
  public CompletionStage<HostPolicies> of(NextHop hop, BooleanSupplier needNot) {
    Optional<Row> ofTable = ofTable(hop);
    TlsPolicy policy = ofTable.map(Row::policy).orElse(usual);
    boolean dane = policy.level().asksForTlsa();
    boolean asksForMore = policy.level().requiresTls() || ofTable.isEmpty() && !sources.isEmpty();
    if (asksForMore && settings.get(TlsParams.REQUIRED_ENABLE) && needNot.getAsBoolean()) {
      return same(
          policy(
              wrapped() ? TlsLevel.ENCRYPT : TlsLevel.MAY,
              List.of(),
              policy.serverName(),
              Optional.empty()));
    }
    if (dane && !provesNames()) {
      throw new BadPolicy("TLS policy for " + hop.written() + ": " + needsDnssec());
    }
    if (wrapped() && !policy.level().requiresTls()) {
      throw new BadPolicy(
          settings.nameOf(TlsParams.WRAPPERMODE)
              + " needs the level encrypt or above for "
              + hop.written());
    }
    CompletionStage<HostPolicies> all = usualHosts;
    if (dane) {
      all =
          same(
              policy(TlsLevel.MAY, List.of(), policy.serverName(), ofTable.flatMap(Row::versions)));
    } else if (ofTable.isPresent()) {
      all = same(policy);
    }
    if (ofTable.isEmpty()) {
      for (PolicySource source : sources) {
        all = all.thenCompose(otherwise -> source.of(hop, otherwise));
      }
    }
    return dane
        ? all.thenApply(
            otherwise ->
                new DaneHosts(
                    names,
                    policy.level() == TlsLevel.DANE_ONLY,
                    settings.get(TlsParams.INSECURE_MX),
                    policy.versions(),
                    otherwise))
        : all;
  }

  /**
   * Those for a mail that requires TLS, whatever its header says (RFC 8689, 4.1). On a worker:
   * tables are asked.
   *
   * @param level how far the next hop must do so
   * @return as {@link #of}
   */
  public CompletionStage<HostPolicies> required(NextHop hop, RequireTlsLevel level) {
    CompletionStage<HostPolicies> others = of(hop, () -> false);
    if (!level.requiresTls()) {
      return others;
    }
    return others.thenApply(
        otherwise ->
            new RequiredHosts(
                level,
                hop,
                policy(TlsLevel.SECURE, List.of(), Optional.empty(), Optional.empty()),
                policy(TlsLevel.ENCRYPT, List.of(), Optional.empty(), Optional.empty()),
                otherwise));
  }

  private static CompletionStage<HostPolicies> same(TlsPolicy policy) {
    return CompletableFuture.completedStage(HostPolicies.same(policy));
  }

  private Optional<Row> ofTable(NextHop hop) {
    return tables
        .find(TableKeys.only(hop.written()))
        .or(
            () ->
                hop.literal()
                    ? Optional.empty()
                    : tables.find(TableKeys.host(hop.written(), Parents.DOTTED)))
        .map(this::read);
  }

  private TlsPolicy policy(
      TlsLevel level,
      List<String> match,
      Optional<String> serverName,
      Optional<TlsVersions> versions) {
    List<String> held =
        match.isEmpty()
            ? switch (level) {
              case FINGERPRINT -> settings.get(TlsParams.FINGERPRINTS);
              case VERIFY -> settings.get(TlsParams.VERIFY_MATCH);
              case SECURE -> settings.get(TlsParams.SECURE_MATCH);
              default -> List.of();
            }
            : match;
    String asked = settings.get(TlsParams.SERVER_NAME);
    TlsVersions ofLevel =
        settings.get(level.requiresTls() ? TlsParams.MANDATORY_PROTOCOLS : TlsParams.PROTOCOLS);
    return new TlsPolicy(
            level, held, serverName.or(() -> Optional.of(asked).filter(name -> !name.isEmpty())))
        .in(versions.orElse(ofLevel).spoken());
  }

  private Row read(TableList.Found found) {
    List<String> words =
        Stream.of(found.value().split("[,\\s]+")).filter(word -> !word.isEmpty()).toList();
    TlsLevel level =
        words.isEmpty()
            ? null
            : Stream.of(TlsLevel.values())
                .filter(one -> one.name().replace('_', '-').equalsIgnoreCase(words.get(0)))
                .findFirst()
                .orElse(null);
    if (level == null) {
      throw bad(
          found,
          "expected none, may, encrypt, dane, dane-only, fingerprint, verify or secure, with"
              + " name=value");
    }
    List<String> match = new ArrayList<>();
    Optional<String> serverName = Optional.empty();
    Optional<TlsVersions> versions = Optional.empty();
    for (String word : words.subList(1, words.size())) {
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      String value = word.substring(equals + 1);
      switch (name) {
        case "match" -> match.addAll(patterns(level, value));
        case "servername" -> serverName = Optional.of(value);
        case "protocols" -> versions = Optional.of(versions(found, value));
        case "ciphers", "exclude", "connection_reuse" -> {
          // The runtime's own choice is within what these can ask for.
        }
        default -> throw bad(found, "unknown: " + name + "=");
      }
      if (equals < 1 || value.isEmpty()) {
        throw bad(found, "expected name=value in place of " + word);
      }
    }
    TlsPolicy policy = policy(level, match, serverName, versions);
    if (level.authenticates() && !level.asksForTlsa() && policy.match().isEmpty()) {
      throw bad(found, "expected match= with what a certificate is held against");
    }
    return new Row(policy, versions);
  }

  private static TlsVersions versions(TableList.Found found, String value) {
    try {
      return TlsVersions.parse(value);
    } catch (BadValue e) {
      throw bad(found, "protocols=" + value + ": " + e.reason());
    }
  }

  /** Digests have colons in them. */
  private static List<String> patterns(TlsLevel level, String value) {
    return List.of(value.split(level == TlsLevel.FINGERPRINT ? "\\|" : "[:|]"));
  }

  private static BadPolicy bad(TableList.Found found, String reason) {
    return new BadPolicy(
        "TLS policy for " + found.key().text() + " (" + found.where() + "): " + reason);
  }
}
