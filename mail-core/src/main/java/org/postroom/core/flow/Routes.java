package org.postroom.core.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;
import org.postroom.core.filter.check.FilterParams;
import org.postroom.core.policy.AddressClass;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Notice;
import org.postroom.core.report.ParamClass;
import org.postroom.core.report.Report;
import org.postroom.core.rewrite.AddressMap;
import org.postroom.core.table.TableFact;
import org.postroom.core.table.TableKeys;
import org.postroom.core.table.TableList;
import org.postroom.core.table.Tables;

/**
 * What settings and tables say of the transport that takes mail, and of its next hop. In this
 * order: {@code transport_maps}; the next hop that the transport of the address class has of its
 * own; for mail that leaves {@code sender_dependent_relayhost_maps}, {@code relayhost}; the
 * recipient's domain. Pure, and immutable.
 */
public final class Routes {
  /** The mailboxes here, found by name and by address. */
  static final String LOCAL = "local";

  static final String VIRTUAL = "virtual";

  /** Ends the search of a table for senders, and changes nothing. */
  private static final String DUNNO = "DUNNO";

  /** sendmail does not look there for domains that are its own (class w). */
  private static final String MAILERTABLE = "mailertable:";

  /** Those whose next hops {@link NextHop} reads. */
  private static final Set<String> SMTP = Set.of("smtp", "relay");

  private static final List<Param<String>> NAMED =
      List.of(
          RouteParams.LOCAL_TRANSPORT,
          RouteParams.VIRTUAL_TRANSPORT,
          RouteParams.RELAY_TRANSPORT,
          RouteParams.DEFAULT_TRANSPORT,
          RouteParams.MAILBOX_TRANSPORT,
          RouteParams.FALLBACK_TRANSPORT,
          FilterParams.CONTENT_FILTER);

  private final Settings settings;
  private final Policy policy;
  private final Set<String> known;
  private final TableKeys.Parents parents;
  private final TableList transports;
  private final TableList transportsOfOurs;
  private final TableList sendersTransports;
  private final TableList sendersRelays;
  private final TableList mailboxes;
  private final TableList fallbacks;

  private Routes(Settings settings, Policy policy, Tables tables, Set<String> known) {
    this.settings = settings;
    this.policy = policy;
    this.known = Set.copyOf(known);
    this.parents =
        settings
                .get(PolicyParams.PARENT_DOMAIN_MATCHES_SUBDOMAINS)
                .contains(RouteParams.TRANSPORT_MAPS.name())
            ? TableKeys.Parents.BARE
            : TableKeys.Parents.DOTTED;
    this.transports = AddressMap.open(settings, RouteParams.TRANSPORT_MAPS, tables);
    this.transportsOfOurs =
        new TableList(
            transports.tables().stream()
                .filter(table -> !table.name().startsWith(MAILERTABLE))
                .toList());
    this.sendersTransports =
        AddressMap.open(settings, RouteParams.SENDER_DEFAULT_TRANSPORT_MAPS, tables);
    this.sendersRelays = AddressMap.open(settings, RouteParams.SENDER_RELAYHOST_MAPS, tables);
    this.mailboxes = AddressMap.open(settings, RouteParams.MAILBOX_TRANSPORT_MAPS, tables);
    this.fallbacks = AddressMap.open(settings, RouteParams.FALLBACK_TRANSPORT_MAPS, tables);
    check();
  }

  /**
   * What settings say.
   *
   * @param known names of transports beside those that are always there; a parameter that names
   *     another is a fault, what a table names is seen when mail goes there
   * @throws BadConfiguration for what cannot be obeyed
   */
  public static Routes of(Settings settings, Policy policy, Tables tables, Set<String> known) {
    return new Routes(settings, policy, tables, known);
  }

  /** Names of the transports that parameters send mail to. */
  public static Set<String> named(Settings settings) {
    Set<String> names = new TreeSet<>();
    NAMED.forEach(param -> names.add(Way.parse(settings.get(param)).transport()));
    names.remove("");
    return names;
  }

  private void check() {
    List<Fault> faults = new ArrayList<>();
    for (Param<String> param : NAMED) {
      String text = settings.get(param);
      if (!text.isBlank()) {
        fault(Way.parse(text)).ifPresent(why -> faults.add(settings.fault(param, why)));
      }
    }
    if (!faults.isEmpty()) {
      throw new BadConfiguration(new Report(faults, List.of()));
    }
  }

  private Optional<String> fault(Way way) {
    String name = way.transport();
    if (!known.contains(name) && !isOurStore(way) && !BuiltInTransports.isOne(name)) {
      Set<String> all = new TreeSet<>(known);
      all.addAll(List.of(LOCAL, VIRTUAL));
      all.addAll(BuiltInTransports.all().keySet());
      return Optional.of(
          "\"" + name + "\" is no transport; expected one of " + String.join(", ", all));
    }
    if (SMTP.contains(name) && !way.nextHop().isEmpty()) {
      try {
        NextHop.checked(way.nextHop());
      } catch (NextHop.Malformed e) {
        return Optional.of(String.valueOf(e.getMessage()));
      }
    }
    return Optional.empty();
  }

  /** What an administrator should know: where files of others mean programs beside us. */
  List<Notice> notices() {
    List<Notice> notices = new ArrayList<>();
    for (Param<String> param : NAMED) {
      Way way = Way.parse(settings.get(param));
      if (isDovecots(way)) {
        notices.add(
            new Notice(
                Notice.Level.NOTE,
                settings.place(param),
                param.name(),
                ParamClass.IMPLEMENTED,
                param.name() + ": " + way + " is taken for the mailboxes here"));
      }
    }
    for (Param<String> param : List.of(AliasParams.HOME_MAILBOX, AliasParams.SPOOL)) {
      if (!settings.get(param).equals(param.defaultText()) && !areMailboxesFiles()) {
        notices.add(
            new Notice(
                Notice.Level.NOTE,
                settings.place(param),
                param.name(),
                ParamClass.NO_EFFECT,
                param.name()
                    + " has no effect here: mail is kept in the store, unless "
                    + AliasParams.MAILBOX_FILES
                    + " = yes"));
      }
    }
    return notices;
  }

  /**
   * Whether it is the sender of notices to the postmaster ({@link Notices}), or his name in a
   * domain of ours: what comes back to him is thrown away, so that others who ask may hear that he
   * is there.
   */
  boolean isDoubleBounce(Address recipient) {
    return recipient
            .localPart()
            .equalsIgnoreCase(settings.get(BounceParams.DOUBLE_BOUNCE_SENDER).localPart())
        && (recipient.domain().equals(policy.hostname())
            || policy.domains().classOf(recipient.domain()) == AddressClass.LOCAL);
  }

  /** Whether people of this machine have their mail in files instead of mailboxes here. */
  boolean areMailboxesFiles() {
    return settings.get(AliasParams.MAILBOX_FILES);
  }

  /** Whether mail that goes this way goes into a mailbox here. */
  boolean isOurStore(Way way) {
    return way.transport().equals(LOCAL) || way.transport().equals(VIRTUAL) || isDovecots(way);
  }

  /** As guides write it for a Dovecot on the same machine, in whose place we are. */
  private boolean isDovecots(Way way) {
    return way.transport().equals("dovecot") && !known.contains(way.transport())
        || way.transport().equals("lmtp") && way.nextHop().equals("unix:private/dovecot-lmtp");
  }

  /**
   * The way of mail.
   *
   * @param addressClass of the recipient's domain
   * @param trace takes what was found
   */
  Way way(RouteQuery query, AddressClass addressClass, Facts facts, List<String> trace) {
    Way usual = usual(query, addressClass, facts, trace);
    String domain = query.recipient().domain().name();
    Way whole =
        usual.nextHop().isEmpty() && leaves(addressClass)
            ? usual.orTo(relay(query, facts, trace).orElse(domain))
            : usual.orTo(domain);
    Optional<TableList.Found> found =
        transport(leaves(addressClass) ? transports : transportsOfOurs, query.recipient(), facts);
    found.ifPresent(row -> trace.add(step(query.recipient(), row, RouteParams.TRANSPORT_MAPS)));
    return found.map(row -> over(whole, Way.parse(row.value()), domain)).orElse(whole);
  }

  static boolean leaves(AddressClass addressClass) {
    return addressClass == AddressClass.RELAY || addressClass == AddressClass.REMOTE;
  }

  /** What a table says, over what is so without it. */
  private static Way over(Way whole, Way said, String domain) {
    if (said.transport().isEmpty()) {
      return said.nextHop().isEmpty() ? whole : new Way(whole.transport(), said.nextHop());
    }
    boolean reason =
        said.transport().equals(BuiltInTransports.ERROR)
            || said.transport().equals(BuiltInTransports.RETRY);
    return said.orTo(reason ? BuiltInTransports.UNDELIVERABLE : domain);
  }

  /** Of the class, or of the sender. */
  private Way usual(RouteQuery query, AddressClass addressClass, Facts facts, List<String> trace) {
    return switch (addressClass) {
      case LOCAL -> given(RouteParams.LOCAL_TRANSPORT, query, trace);
      case VIRTUAL_ALIAS, VIRTUAL_MAILBOX -> given(RouteParams.VIRTUAL_TRANSPORT, query, trace);
      case RELAY -> given(RouteParams.RELAY_TRANSPORT, query, trace);
      case REMOTE ->
          ofSender(
                  sendersTransports,
                  RouteParams.SENDER_DEFAULT_TRANSPORT_MAPS,
                  RouteParams.EMPTY_SENDER_DEFAULT_TRANSPORT,
                  query.sender(),
                  facts,
                  trace)
              .map(Way::parse)
              .orElseGet(() -> given(RouteParams.DEFAULT_TRANSPORT, query, trace));
    };
  }

  /** What a parameter says; of note where somebody has set it. */
  private Way given(Param<String> param, RouteQuery query, List<String> trace) {
    String text = settings.get(param);
    if (settings.isGiven(param)) {
      trace.add(query.recipient() + " -> " + text + " (" + param.name() + ")");
    }
    return Way.parse(text);
  }

  private Optional<String> relay(RouteQuery query, Facts facts, List<String> trace) {
    return ofSender(
            sendersRelays,
            RouteParams.SENDER_RELAYHOST_MAPS,
            RouteParams.EMPTY_SENDER_RELAYHOST,
            query.sender(),
            facts,
            trace)
        .or(() -> Optional.of(settings.get(RouteParams.RELAYHOST)))
        .filter(host -> !host.isBlank());
  }

  private Optional<TableList.Found> transport(TableList tables, Address recipient, Facts facts) {
    return tables.isEmpty()
        ? Optional.empty()
        : facts.know(
            new TableFact(
                tables,
                TableKeys.transport(recipient, policy.delimiter(), parents),
                RouteParams.TRANSPORT_MAPS.name(),
                recipient.toString()));
  }

  private Optional<String> ofSender(
      TableList tables,
      Param<List<String>> param,
      Param<String> nobody,
      ReversePath sender,
      Facts facts,
      List<String> trace) {
    if (tables.isEmpty()) {
      return Optional.empty();
    }
    TableKeys keys =
        sender
            .address()
            .map(
                address ->
                    TableKeys.address(
                        address, policy.delimiter(), policy.isUnderOurName(address.domain())))
            .orElseGet(() -> TableKeys.only(settings.get(nobody)));
    Optional<TableList.Found> found =
        facts.know(new TableFact(tables, keys, param.name(), "<" + sender + ">"));
    found.ifPresent(row -> trace.add(step("<" + sender + ">", row, param)));
    return found
        .map(TableList.Found::value)
        .filter(value -> !value.strip().equalsIgnoreCase(DUNNO));
  }

  /** What takes the mail of a name of ours instead of its mailbox. */
  Optional<Way> insteadOfMailbox(Address recipient, Facts facts, List<String> trace) {
    return ofName(
        mailboxes,
        RouteParams.MAILBOX_TRANSPORT_MAPS,
        RouteParams.MAILBOX_TRANSPORT,
        recipient,
        facts,
        trace);
  }

  /** What takes the mail of a name in our domains that nobody has here. */
  Optional<Way> forNobody(Address recipient, Facts facts, List<String> trace) {
    return ofName(
        fallbacks,
        RouteParams.FALLBACK_TRANSPORT_MAPS,
        RouteParams.FALLBACK_TRANSPORT,
        recipient,
        facts,
        trace);
  }

  private Optional<Way> ofName(
      TableList tables,
      Param<List<String>> maps,
      Param<String> otherwise,
      Address recipient,
      Facts facts,
      List<String> trace) {
    String name = policy.delimiter().user(recipient.localPart()).toLowerCase(Locale.ROOT);
    Optional<TableList.Found> found =
        tables.isEmpty()
            ? Optional.empty()
            : facts.know(new TableFact(tables, TableKeys.only(name), maps.name(), name));
    found.ifPresent(row -> trace.add(step(recipient, row, maps)));
    if (found.isEmpty() && !settings.get(otherwise).isBlank()) {
      trace.add(recipient + " -> " + settings.get(otherwise) + " (" + otherwise.name() + ")");
    }
    return found
        .map(TableList.Found::value)
        .or(() -> Optional.of(settings.get(otherwise)))
        .filter(text -> !text.isBlank())
        .map(text -> Way.parse(text).orTo(recipient.domain().name()));
  }

  private static String step(Object of, TableList.Found row, Param<?> param) {
    return of + " -> " + row.value() + " (" + param.name() + ": " + row.where() + ")";
  }
}
