package org.postroom.dist;

import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.source.AccountSources;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.Transport;
import org.postroom.core.door.Door;
import org.postroom.core.filter.Filter;
import org.postroom.core.filter.check.FilterStation;
import org.postroom.core.flow.AliasParams;
import org.postroom.core.life.Lifeline;
import org.postroom.core.part.Part;
import org.postroom.core.people.AccountSource;
import org.postroom.core.people.TokenCheck;
import org.postroom.core.policy.AddedRestrictions;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.restriction.Restriction;
import org.postroom.core.table.LookupTable;
import org.postroom.core.table.SqlSource;
import org.postroom.core.table.Tables;
import org.postroom.dist.assembly.Parts;
import org.postroom.dist.config.ServerParams;
import org.postroom.dist.config.ServerSettings;
import org.postroom.dist.config.ServicePlan;
import org.postroom.storage.Storage;
import org.postroom.storage.store.SqlTables;

/** What {@link ServerBuilder} was told. Null is where nothing was said and the settings decide. */
final class Description {
  final Configuration configuration;
  final Residents residents;
  final Audience audience;
  final Circumstances circumstances;
  final Map<String, Transport> transports = new LinkedHashMap<>();
  final Map<String, LookupTable> tables = new LinkedHashMap<>();
  final List<FilterStation.Named> filters = new ArrayList<>();
  AddedRestrictions restrictions = AddedRestrictions.NONE;
  final List<Part> added = new ArrayList<>();
  final SecureRandom random;
  @Nullable Storage storage;
  @Nullable InetAddress bind;
  @Nullable Lifeline lifeline;
  Clock clock = Clock.systemUTC();

  /** Nothing is said yet. */
  Description() {
    configuration = new Configuration();
    residents = new Residents();
    audience = new Audience();
    circumstances = new Circumstances();
    random = new SecureRandom();
  }

  private Description(Description other) {
    configuration = other.configuration.copy();
    residents = new Residents(other.residents);
    audience = new Audience(other.audience);
    circumstances = new Circumstances(other.circumstances);
    transports.putAll(other.transports);
    tables.putAll(other.tables);
    filters.addAll(other.filters);
    restrictions = other.restrictions;
    added.addAll(other.added);
    random = other.random;
    storage = other.storage;
    bind = other.bind;
    lifeline = other.lifeline;
    clock = other.clock;
  }

  /** The same, whatever is said to the builder from now on. */
  Description copy() {
    return new Description(this);
  }

  /** All parts: those that every server has, and those that were added. */
  Parts parts() {
    return Parts.standard().and(added);
  }

  /** People whom the application knows. */
  void people(String name, AccountSource source) {
    residents.sources.put(name, source);
  }

  /** An account that is to be there. */
  void account(String login, String password) {
    residents.accounts.put(login, password);
  }

  /** Everybody has an account, with this password. */
  void everybody(String password) {
    residents.openPassword = password;
  }

  /** Who says whose tokens are. */
  void tokens(TokenCheck check) {
    residents.tokens = check;
  }

  /** A restriction that lists may name. */
  void restriction(String name, Restriction restriction) {
    restrictions = restrictions.with(name, restriction);
  }

  /** One that is named with an argument. */
  void restriction(String name, Function<String, Restriction> ofArgument) {
    restrictions = restrictions.with(name, ofArgument);
  }

  /** A table of a function. */
  void table(String name, Function<String, Optional<String>> values) {
    tables.put(name, new AskedTable("program:" + name, values));
  }

  /** Has mails looked into, behind those that were named before. */
  void filter(String name, Filter filter) {
    filters.add(new FilterStation.Named(name, filter));
  }

  /**
   * The tables that a configuration may name.
   *
   * @param databases asks those that lie there; whose they are closes them
   */
  Tables tables(Settings settings, Configuration of, SqlSource databases) {
    Tables.Builder builder =
        Tables.builder()
            .base(of.base())
            .defaultType(settings.get(AliasParams.DEFAULT_DATABASE_TYPE))
            .aliasFiles(settings.get(AliasParams.ALIAS_MAPS))
            .aliasFiles(settings.get(AliasParams.ALIAS_DATABASE))
            .unsafeFilesOf(settings)
            .random(new Random())
            .sql(databases);
    for (Map.Entry<String, LookupTable> one : tables.entrySet()) {
      builder.table(one.getKey(), one.getValue());
    }
    return builder.build();
  }

  /** Names of the transports that parameters may name: those of parts, then the owner's. */
  Set<String> transports(ServicePlan services) {
    Set<String> names = new LinkedHashSet<>(parts().transports(services.outgoing()));
    names.addAll(transports.keySet());
    return names;
  }

  /**
   * What settings say of who may send what where.
   *
   * @throws BadConfiguration for what cannot be obeyed
   */
  Policy policy(Settings settings, OwnAddresses own, Tables of) {
    return Policy.of(settings, own, of, restrictions);
  }

  /**
   * Where mail is kept.
   *
   * @throws BadConfiguration where the settings do not say it
   */
  Storage storage(Settings settings, Configuration of) {
    return storage != null ? storage : ServerSettings.storage(settings, of.base(), of.hasFile());
  }

  /** Where people are known. */
  AccountSources people(Settings settings, Configuration of, SqlSource databases) {
    return residents.known(settings, of.base(), databases, clock);
  }

  /**
   * Finds out whether those tokens can be checked that a mechanism takes, where nobody is asked,
   * and whether it is clear what people may keep.
   *
   * @throws BadConfiguration where nobody checks them, or it is not
   */
  List<String> checkPeople(Settings settings) {
    ServerSettings.checkQuotas(settings);
    return residents.checkTokens(settings, clock, random);
  }

  /** All that such a server can listen for. */
  List<Door> doors() {
    return parts().doors();
  }

  /** What looks into mails: the house's own, then those of parts, then the owner's. */
  List<FilterStation.Named> filters(Settings settings, Tables tables) {
    List<FilterStation.Named> all = new ArrayList<>(parts().filters(settings, tables));
    all.addAll(filters);
    return List.copyOf(all);
  }

  /** Looks at what transports would obey; gives back the policy that they stand under. */
  Policy checkTransports(ServicePlan services, Policy policy, Tables tables) {
    parts().check(services.outgoing(), policy, tables);
    return policy;
  }

  /** Where everybody on this machine can hand in mail; whatever else is wrong with the settings. */
  Optional<Path> socketOfEverybody() {
    return configuration.socketOfEverybody(places());
  }

  /** Where mail is left that no server takes now; whatever else is wrong with the settings. */
  Optional<Path> maildrop(Settings settings) {
    return configuration.maildrop(settings, folder(settings));
  }

  /**
   * Where a server that runs on it can be asked: nothing else is looked at, whatever is wrong with
   * it, since that takes longer than most answers.
   *
   * @throws BadConfiguration where it is not to be found
   */
  Optional<Path> folder() {
    return folder(places());
  }

  /** What is said of the server's own places, and of all else only where that is not enough. */
  private Settings places() {
    return configuration
        .only(ServerParams.ALL)
        .orElseGet(() -> configuration.read(parts()).settings());
  }

  private Optional<Path> folder(Settings settings) {
    return storage(settings, configuration) instanceof Storage.H2 h2
        ? Optional.of(h2.folder())
        : ServerSettings.folder(settings, configuration.base());
  }

  /** What the configuration comes to as it is, for a look at it: no database is asked. */
  Plan plan() {
    return plan(new SqlTables());
  }

  /** The same, for a server that asks {@code databases}. */
  Plan plan(SqlSource databases) {
    return Plan.of(configuration.read(parts()), configuration, this, databases, Optional.empty());
  }
}
