package org.postroom.dist;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.source.AccountSources;
import org.postroom.core.auth.source.SourceParams;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.filter.check.FilterStation;
import org.postroom.core.flow.Addressing;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Notice;
import org.postroom.core.report.ParamClass;
import org.postroom.core.report.Place;
import org.postroom.core.report.Report;
import org.postroom.core.table.SqlSource;
import org.postroom.core.table.Tables;
import org.postroom.dist.assembly.OsHost;
import org.postroom.dist.config.Interfaces;
import org.postroom.dist.config.ServerParams;
import org.postroom.dist.config.ServicePlan;
import org.postroom.storage.Storage;

/**
 * All that a start finds out before it opens anything, and so all that a check can say: one place
 * for both. It looks at everything and keeps every fault, so that one look mends them all.
 */
final class Preparation {
  private final Configuration.Read read;
  private final Settings settings;
  private final Configuration configuration;
  private final Description description;
  private final SqlSource databases;
  private final Optional<AccountSources> known;
  private final List<Fault> faults = new ArrayList<>();
  private final List<Notice> notices = new ArrayList<>();

  /**
   * Looks at nothing yet.
   *
   * @param read the settings that are to be in effect
   * @param configuration what they were read from
   * @param known where people are known to a server that runs, which only a restart changes
   */
  Preparation(
      Configuration.Read read,
      Configuration configuration,
      Description description,
      SqlSource databases,
      Optional<AccountSources> known) {
    this.read = read;
    this.settings = read.settings();
    this.configuration = configuration;
    this.description = description;
    this.databases = databases;
    this.known = known;
    faults.addAll(read.report().faults());
    for (Notice notice : read.report().notices()) {
      // Files of others may have names that nobody knows; a program's own are misspelt.
      if (notice.paramClass() == ParamClass.UNKNOWN && notice.place().equals(Place.PROGRAM)) {
        faults.add(new Fault(notice.place(), "", notice.text()));
      } else {
        notices.add(notice);
      }
    }
  }

  /**
   * Looks at everything.
   *
   * @throws BadConfiguration with everything that there is to say
   */
  Plan plan() {
    Plan plan = examined();
    if (plan == null || !faults.isEmpty()) {
      throw new BadConfiguration(report());
    }
    return plan;
  }

  /** What there is to say. What follows from another fault, in a default, is none of its own. */
  private Report report() {
    List<Fault> written = new ArrayList<>();
    for (Fault fault : faults) {
      if (!fault.place().equals(Place.DEFAULT)) {
        written.add(fault);
      }
    }
    return new Report(written.isEmpty() ? faults : written, notices);
  }

  /** What a start goes on with; null where something is missing for it. */
  private @Nullable Plan examined() {
    Interfaces machine = part(() -> Interfaces.ofSystem(settings));
    if (machine == null) {
      return null;
    }
    List<InetAddress> addresses =
        description.bind != null
            ? List.of(description.bind)
            : orNone(part(() -> machine.listening(settings)));
    OwnAddresses own = part(() -> machine.own(settings, addresses));
    Tables tables = description.tables(settings, configuration, databases);
    Policy policy = own == null ? null : part(() -> description.policy(settings, own, tables));
    if (policy != null) {
      notices.addAll(policy.warnings());
    }
    ServicePlan services = ServicePlan.of(read.services(), settings, machine);
    faults.addAll(services.report().faults());
    notices.addAll(services.report().notices());
    Addressing addressing =
        own == null || policy == null
            ? null
            : part(
                () ->
                    Addressing.of(settings, policy, own, tables, description.transports(services)));
    if (addressing != null) {
      notices.addAll(addressing.notices());
    }
    AccountSources people =
        part(() -> known.orElseGet(() -> description.people(settings, configuration, databases)));
    List<String> ofTokens = orNone(part(() -> description.checkPeople(settings)));
    notices.addAll(Remarks.on(settings));
    List<FilterStation.Named> filters = part(() -> description.filters(settings, tables));
    if (policy != null) {
      part(() -> description.checkTransports(services, policy, tables));
    }
    List<PlannedListener> listeners =
        policy == null || own == null
            ? List.of()
            : listeners(
                services,
                wanted -> PlannedListener.of(wanted, addresses, settings, policy),
                its -> description.policy(its, own, tables));
    ClientCapacity capacity = ClientCapacity.on(settings, OsHost.descriptors());
    Optional<Keys> keys = part(() -> Keys.given(settings));
    Storage where = part(() -> description.storage(settings, configuration));
    Optional<Path> folder = where == null ? Optional.empty() : folder(where);
    if (faults.isEmpty() && !read.isReload() && capacity.warning().isPresent()) {
      // What the machine lacks is no matter yet for who has lines to mend.
      warn(ServerParams.SESSIONS, List.of(capacity.warning().get()));
    }
    if (people != null && known.isEmpty()) {
      warn(SourceParams.SOURCES, people.warnings());
      warn(SourceParams.USERNAME_FORMAT, ofTokens);
    }
    sayOfTables(Notice.Level.WARNING, tables.warnings());
    sayOfTables(Notice.Level.DETAIL, tables.notes());
    if (own == null || policy == null || addressing == null || filters == null) {
      return null;
    }
    if (where == null || keys == null || people == null) {
      return null;
    }
    return new Plan(
        settings,
        policy,
        tables,
        addressing,
        people,
        filters,
        own,
        listeners,
        configuration.listeners().isEmpty(),
        services.outgoing(),
        capacity,
        where,
        folder,
        keys,
        report());
  }

  /** The store's folder, or the server's own; with a fault when others can enter it. */
  private Optional<Path> folder(Storage where) {
    Optional<Path> folder =
        where instanceof Storage.H2 h2
            ? Optional.of(h2.folder())
            : settings.get(ServerParams.STORAGE_FOLDER).map(configuration.base()::resolve);
    folder.ifPresent(
        path ->
            part(
                () -> {
                  PrivateFolder.checkForVisitor(path, settings, where);
                  return path;
                }));
    return folder;
  }

  /**
   * The listeners that the program asks for; else those of {@code listeners}, where master.cf has
   * those of SMTP unless somebody has named one there.
   */
  private List<PlannedListener> listeners(
      ServicePlan services,
      Function<Wanted, PlannedListener> planned,
      Function<Settings, Policy> policies) {
    boolean bySettings = configuration.listeners().isEmpty();
    List<Wanted> wanted =
        bySettings
            ? orNone(part(() -> Listeners.of(settings, description.parts())))
            : configuration.listeners();
    boolean byMaster = !read.services().source().isEmpty() && bySettings;
    boolean byHand =
        settings.isGiven(ServerParams.LISTENERS)
            && wanted.stream().anyMatch(one -> Listeners.isOfMasterCf(one.door()));
    List<PlannedListener> all = new ArrayList<>();
    for (Wanted one : wanted) {
      if (!byMaster || byHand || !Listeners.isOfMasterCf(one.door())) {
        all.add(planned.apply(one));
      }
    }
    if (byMaster && byHand) {
      notices.add(
          new Notice(
              Notice.Level.NOTE,
              settings.place(ServerParams.LISTENERS),
              ServerParams.LISTENERS.name(),
              ParamClass.IMPLEMENTED,
              "listeners says where to listen for SMTP, and not the services of type inet in "
                  + read.services().source()));
    } else if (byMaster) {
      for (ServicePlan.Door service : services.doors()) {
        Policy policy = part(() -> policies.apply(service.settings()));
        if (policy != null) {
          notices.addAll(policy.warnings());
          all.add(PlannedListener.of(service, policy));
        }
      }
    }
    Place source = bySettings ? settings.place(ServerParams.LISTENERS) : Place.PROGRAM;
    Place place = byMaster ? new Place(read.services().source(), 0) : source;
    for (String text : PlannedListener.atOnePlace(all)) {
      faults.add(new Fault(place, "", text));
    }
    return all;
  }

  private void warn(Param<?> param, Collection<String> texts) {
    for (String text : texts) {
      notices.add(Notice.warning(settings.place(param), param.name(), text));
    }
  }

  /** What a table's file has to say names the file and its line. */
  private void sayOfTables(Notice.Level level, Collection<String> texts) {
    for (String text : texts) {
      notices.add(new Notice(level, Place.TABLES, "", ParamClass.IMPLEMENTED, text));
    }
  }

  private static <T> List<T> orNone(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }

  /** One part of it; null where it has a fault, which is kept. */
  private <T> @Nullable T part(Supplier<T> look) {
    try {
      return look.get();
    } catch (BadConfiguration e) {
      faults.addAll(e.report().faults());
      notices.addAll(e.report().notices());
      return null;
    }
  }
}
