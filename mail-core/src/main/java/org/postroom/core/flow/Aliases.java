package org.postroom.core.flow;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.address.Address;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.config.TextWithNames;
import org.postroom.core.fact.Facts;
import org.postroom.core.machine.MachineUsers;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.rewrite.AddressMap;
import org.postroom.core.rewrite.RewriteParams;
import org.postroom.core.table.TableFact;
import org.postroom.core.table.TableKeys;
import org.postroom.core.table.TableList;
import org.postroom.core.table.Tables;

/** The tables by which addresses stand for others, and what settings say of that. Immutable. */
public final class Aliases {
  private final AddressMap virtual;
  private final TableList local;
  private final AddressMap relocated;
  private final Settings settings;
  private final Policy policy;
  private final Set<String> propagates;
  private final Optional<TextWithNames> unknown;
  private final ForwardFiles forwards;

  /** The same where no user has a say. */
  private Aliases(Aliases all) {
    this.virtual = all.virtual;
    this.local = all.local;
    this.relocated = all.relocated;
    this.settings = all.settings;
    this.policy = all.policy;
    this.propagates = all.propagates;
    this.unknown = all.unknown;
    this.forwards = all.forwards.none();
  }

  private Aliases(Settings settings, Policy policy, Tables tables, MachineUsers users) {
    this.settings = settings;
    this.policy = policy;
    this.propagates = Set.copyOf(settings.get(RewriteParams.PROPAGATE_EXTENSIONS));
    this.virtual =
        AddressMap.of(
            settings,
            PolicyParams.VIRTUAL_ALIAS_MAPS,
            propagates.contains("virtual"),
            policy,
            tables);
    this.relocated = AddressMap.of(settings, AliasParams.RELOCATED_MAPS, false, policy, tables);
    try {
      this.local =
          new TableList(
              settings.get(AliasParams.ALIAS_MAPS).stream().map(tables::openLiteral).toList());
    } catch (BadValue e) {
      throw new BadConfiguration(settings.fault(AliasParams.ALIAS_MAPS, e.reason()));
    }
    String relay = settings.get(AliasParams.LUSER_RELAY);
    this.unknown =
        relay.isBlank()
            ? Optional.empty()
            : Optional.of(new TextWithNames(AliasParams.LUSER_RELAY.name(), relay));
    this.forwards = ForwardFiles.of(settings, policy.delimiter(), users);
    checkRelay();
  }

  /**
   * Those that settings name.
   *
   * @throws BadConfiguration for a table that cannot be had
   */
  public static Aliases of(Settings settings, Policy policy, Tables tables) {
    return of(settings, policy, tables, MachineUsers.ofThisMachine());
  }

  /** The same on a machine with these users. */
  static Aliases of(Settings settings, Policy policy, Tables tables, MachineUsers users) {
    return new Aliases(settings, policy, tables, users);
  }

  private void checkRelay() {
    try {
      unknown.ifPresent(text -> text.with(Map.of("local", "user")));
    } catch (BadValue e) {
      throw new BadConfiguration(settings.fault(AliasParams.LUSER_RELAY, e.reason()));
    }
  }

  /** Whether everybody stands for himself. */
  boolean isEmpty() {
    return virtual.isEmpty()
        && local.isEmpty()
        && relocated.isEmpty()
        && unknown.isEmpty()
        && forwards.isEmpty();
  }

  /** Whether there are names of aliases(5). */
  boolean hasLocal() {
    return !local.isEmpty();
  }

  /** What virtual(5) says of an address. */
  Optional<AddressMap.Mapped> virtual(Address address, Facts facts) {
    return virtual.find(address, facts);
  }

  /** What aliases(5) says of a local part. */
  Optional<TableList.Found> local(String localPart, Facts facts) {
    return local.isEmpty()
        ? Optional.empty()
        : facts.know(
            new TableFact(
                local,
                TableKeys.alias(localPart, policy.delimiter()),
                AliasParams.ALIAS_MAPS.name(),
                localPart));
  }

  /** What aliases(5) says of the owner of a list; empty where it has none. */
  Optional<TableList.Found> owner(String list, Facts facts) {
    String name = "owner-" + list;
    return settings.get(PolicyParams.OWNER_REQUEST_SPECIAL)
        ? facts.know(
            new TableFact(local, TableKeys.only(name), AliasParams.ALIAS_MAPS.name(), name))
        : Optional.empty();
  }

  /** Whether reports on a list's mail go to whom its owner stands for, and not to the owner. */
  boolean expandsOwner() {
    return settings.get(AliasParams.EXPAND_OWNER);
  }

  /** What the administrator says alone. */
  Aliases withoutForwards() {
    return new Aliases(this);
  }

  /** The files of users of this machine. */
  ForwardFiles forwards() {
    return forwards;
  }

  /** Where somebody has gone to whose mail is not taken any more. */
  Optional<Route.Nowhere> moved(Address address, Facts facts) {
    return relocated
        .found(address, facts)
        .map(to -> new Route.Nowhere(550, "5.1.6", "User has moved to " + to.value()));
  }

  /** To whom mail for a name goes that nobody has; empty where to nobody. */
  Optional<String> unknown(Address address) {
    String local = address.localPart();
    int extension = policy.delimiter().indexIn(local);
    return unknown.map(
        text ->
            text.with(
                Map.of(
                    "local",
                    local,
                    "user",
                    policy.delimiter().user(local),
                    "extension",
                    extension < 0 ? "" : local.substring(extension + 1),
                    "recipient_delimiter",
                    extension < 0 ? "" : local.substring(extension, extension + 1),
                    "domain",
                    address.domain().name(),
                    "recipient",
                    address.toString())));
  }

  /** Whether names are taken that nobody has, because no table says who is here. */
  boolean takesUnknown() {
    return settings.isGiven(AliasParams.LOCAL_RECIPIENT_MAPS)
        && settings.get(AliasParams.LOCAL_RECIPIENT_MAPS).isEmpty();
  }

  /** Why a program that {@code kind} names gets no mail; empty where it does. */
  Optional<String> refusesCommands(String kind) {
    return refuses(AliasParams.PROGRAM_DELIVERY, AgentParams.COMMANDS, kind);
  }

  /** Why a file that {@code kind} names gets no mail; empty where it does. */
  Optional<String> refusesFiles(String kind) {
    return refuses(AliasParams.FILE_DELIVERY, AgentParams.FILES, kind);
  }

  private Optional<String> refuses(
      Param<Boolean> enabled, Param<List<String>> allowed, String kind) {
    if (!settings.get(enabled)) {
      return Optional.of(enabled + " = no");
    }
    return settings.get(allowed).contains(kind)
        ? Optional.empty()
        : Optional.of(allowed + " has no " + kind);
  }

  /** Whether {@code kind} (alias, include, forward) hands an extension on. */
  boolean propagates(String kind) {
    return propagates.contains(kind);
  }

  /** So many addresses may one come to, by virtual(5). */
  int most() {
    return settings.get(AliasParams.EXPANSION_LIMIT);
  }

  /** So many may stand one behind the other. */
  int deepest() {
    return settings.get(AliasParams.RECURSION_LIMIT);
  }

  /** So many characters may an address have. */
  int longest() {
    return settings.get(AliasParams.ADDRESS_LENGTH_LIMIT);
  }
}
