package org.postroom.dist;

import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.source.AccountSources;
import org.postroom.core.config.BadConfiguration;
import org.postroom.core.config.Settings;
import org.postroom.core.dns.Resolver;
import org.postroom.core.filter.Filter;
import org.postroom.core.filter.FilterStation;
import org.postroom.core.filter.StandardFilters;
import org.postroom.core.flow.AliasParams;
import org.postroom.core.flow.Attempted;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.flow.Tidings;
import org.postroom.core.flow.Transport;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.part.Part;
import org.postroom.core.policy.AddedRestrictions;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.table.LookupTable;
import org.postroom.core.table.SqlSource;
import org.postroom.core.table.Tables;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Ear;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.WireOptions;
import org.postroom.dist.config.ServerSettings;
import org.postroom.dist.mailbox.Appended;
import org.postroom.storage.SqlTables;
import org.postroom.storage.Storage;

/** What {@link ServerBuilder} was told. Null is where nothing was said and the settings decide. */
final class Description {
  final Configuration configuration;
  final Residents residents;
  final Map<String, Transport> transports = new LinkedHashMap<>();
  final Map<String, LookupTable> tables = new LinkedHashMap<>();
  final List<FilterStation.Named> filters = new ArrayList<>();
  AddedRestrictions restrictions = AddedRestrictions.NONE;
  final List<Part> added = new ArrayList<>();
  final SecureRandom random;
  @Nullable Storage storage;
  @Nullable InetAddress bind;
  @Nullable Resolver resolver;
  @Nullable Timers timers;
  Consumer<Acceptance> accepted = mail -> {};
  Consumer<Attempted> delivered = recipient -> {};
  Consumer<Attempted> delayed = recipient -> {};
  Consumer<Attempted> bounced = recipient -> {};
  @Nullable Consumer<Appended> appended;
  @Nullable Consumer<Settings> reloaded;
  @Nullable Lifeline lifeline;
  @Nullable Ear ear;
  UnaryOperator<Wire> wire = UnaryOperator.identity();
  Disturbance disturbance = Disturbance.NONE;
  Consumer<Lifeline.Death> mourner = death -> {};
  Clock clock = Clock.systemUTC();

  /** Nothing is said yet. */
  Description() {
    configuration = new Configuration();
    residents = new Residents();
    random = new SecureRandom();
  }

  private Description(Description other) {
    configuration = other.configuration.copy();
    residents = new Residents(other.residents);
    transports.putAll(other.transports);
    tables.putAll(other.tables);
    filters.addAll(other.filters);
    restrictions = other.restrictions;
    added.addAll(other.added);
    random = other.random;
    storage = other.storage;
    bind = other.bind;
    resolver = other.resolver;
    timers = other.timers;
    accepted = other.accepted;
    delivered = other.delivered;
    delayed = other.delayed;
    bounced = other.bounced;
    appended = other.appended;
    reloaded = other.reloaded;
    lifeline = other.lifeline;
    ear = other.ear;
    wire = other.wire;
    disturbance = other.disturbance;
    mourner = other.mourner;
    clock = other.clock;
  }

  /** The same, whatever is said to the builder from now on. */
  Description copy() {
    return new Description(this);
  }

  /** Whom mails are spoken of to: the log, and the owner's listeners. */
  Tidings tidings(Timers by, Executor workers, Lifeline of) {
    Tidings tidings = new Tidings(clock, by, workers, of);
    tidings.onAccepted(accepted);
    tidings.onDelivered(delivered);
    tidings.onDelayed(delayed);
    tidings.onBounced(bounced);
    return tidings;
  }

  /** The mailboxes of a store, with whom there is to hear of it. */
  MailStore mail(MailStore of) {
    MailStore seen = disturbance.over(of);
    return appended == null ? seen : new HeardMailStore(seen, appended);
  }

  /** How a wire works that is listened to by whoever is to. */
  WireOptions wire(WireOptions options) {
    return options.withEar(ear).withMeddler(disturbance.wire());
  }

  /** All parts: those that every server has, and those that were added. */
  Parts parts() {
    return Parts.standard().and(added);
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
            .random(RandomGenerator.getDefault())
            .sql(databases);
    tables.forEach(builder::table);
    return builder.build();
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
   * Finds out whether those tokens can be checked that a mechanism takes; nobody is asked.
   *
   * @throws BadConfiguration where nobody checks them
   */
  void checkTokens(Settings settings) {
    residents.checkTokens(settings, clock, random);
  }

  /** What looks into mails: the house's own, then those of parts, then the owner's. */
  List<FilterStation.Named> filters(Settings settings, Tables tables) {
    List<FilterStation.Named> all =
        new ArrayList<>(StandardFilters.of(settings, settings.get(FlowParams.HEADER_SIZE), tables));
    all.addAll(parts().filters(settings, tables));
    all.addAll(filters);
    return List.copyOf(all);
  }

  /** Where everybody on this machine can hand in mail; whatever else is wrong with the settings. */
  Optional<Path> socketOfEverybody() {
    return configuration.socketOfEverybody(configuration.read(parts().params()).settings());
  }

  /** What the configuration comes to as it is, for a look at it: no database is asked. */
  Plan plan() {
    return plan(new SqlTables());
  }

  /** The same, for a server that asks {@code databases}. */
  Plan plan(SqlSource databases) {
    return Plan.of(
        configuration.read(parts().params()), configuration, this, databases, Optional.empty());
  }
}
