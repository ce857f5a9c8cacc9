package org.postroom.dist;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.MasterCf;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.report.Place;
import org.postroom.core.report.Report;
import org.postroom.dist.assembly.Names;
import org.postroom.dist.assembly.Parts;
import org.postroom.dist.config.ServerParams;
import org.postroom.dist.config.ServicePlan;
import org.postroom.dist.config.dovecot.DovecotConf;
import org.postroom.dist.config.dovecot.DovecotPlace;
import org.postroom.dist.config.dovecot.DovecotSettings;

/**
 * Where a server's settings come from: a file, and what its program says above it. A reload reads
 * the file again.
 */
public final class Configuration {
  private final Map<Param<?>, Object> values = new LinkedHashMap<>();
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Map<String, String> presets = new LinkedHashMap<>();
  private final Set<String> transports = new LinkedHashSet<>();
  private final List<Wanted> listeners = new ArrayList<>();
  private @Nullable Path file;

  Configuration() {}

  /** The same, to be changed apart. */
  Configuration copy() {
    Configuration copy = new Configuration();
    copy.values.putAll(values);
    copy.texts.putAll(texts);
    copy.presets.putAll(presets);
    copy.transports.addAll(transports);
    copy.listeners.addAll(listeners);
    copy.file = file;
    return copy;
  }

  /**
   * Settings in main.cf's syntax, with the services of a master.cf and the settings of a
   * dovecot.conf beside it; what is said here stands above them.
   */
  public Configuration file(Path mainCf) {
    file = mainCf;
    return this;
  }

  /** One parameter. */
  <T> Configuration set(Param<T> param, T value) {
    values.put(param, value);
    return this;
  }

  /** One parameter, as a file would write it. */
  public Configuration set(String name, String value) {
    texts.put(name, value);
    return this;
  }

  /** One parameter, where nobody gives it: another default. */
  void preset(String name, String value) {
    presets.put(name, value);
  }

  /** A transport of the program's, which may have parameters of its own. */
  void transport(String name) {
    transports.add(name);
  }

  /** Listens at a door; port 0 takes a free one. The first call replaces {@code listeners}. */
  public Configuration listen(Door door, int port) {
    listeners.removeIf(one -> one instanceof Wanted.AtPort && one.door().equals(door));
    listeners.add(new Wanted.AtPort(door, port));
    return this;
  }

  /** The same at a socket in the file system; {@code unix_listener_mode} says who may connect. */
  public Configuration listen(Door door, Path socket) {
    Path whole = socket.toAbsolutePath().normalize();
    listeners.removeIf(one -> one instanceof Wanted.AtSocket at && at.path().equals(whole));
    listeners.add(new Wanted.AtSocket(door, whole));
    return this;
  }

  /** Where to listen, as the program says; empty when the settings say it. */
  List<Wanted> listeners() {
    return List.copyOf(listeners);
  }

  /** Whether a file says what its program does not. */
  boolean hasFile() {
    return file != null;
  }

  /** What a relative path in the settings is relative to. */
  Path base() {
    Path folder = file == null ? null : file.toAbsolutePath().getParent();
    return folder == null ? Path.of("") : folder;
  }

  /** Where every user of this machine can hand in mail; empty where that is not wanted. */
  Optional<Path> socketOfEverybody(Settings settings) {
    return settings.get(ServerParams.SUBMIT_SOCKET).map(base()::resolve);
  }

  /**
   * Where mail is left that no server takes now; empty where there is no folder for it.
   *
   * @param own the server's own folder
   */
  Optional<Path> maildrop(Settings settings, Optional<Path> own) {
    return settings
        .get(ServerParams.MAILDROP)
        .map(base()::resolve)
        .or(() -> own.map(folder -> folder.resolve("maildrop")));
  }

  /**
   * What was read.
   *
   * @param settings not to be obeyed unless the report is good
   * @param report all that there is to say about them
   * @param services of master.cf
   * @param isReload whether a server runs already, which keeps what only a start decides
   */
  record Read(Settings settings, Report report, MasterCf services, boolean isReload) {

    /** The same, but for what takes effect only after a restart: that is as at the start. */
    Read asStarted(Settings started) {
      return new Read(settings.asStarted(started), report, services, true);
    }
  }

  /**
   * Reads the files, and checks everything; goes on past faults.
   *
   * @throws org.postroom.core.report.BadConfiguration when a file cannot be read
   */
  @SuppressWarnings("unchecked") // a Param<T> is only ever put with a T
  Read read(Parts parts) {
    MasterCf services = services();
    MainCf main = file == null ? MainCf.EMPTY : MainCf.read(file);
    Settings.Builder builder = parts.settings().file(main);
    DovecotSettings dovecot = dovecot(main, services, parts);
    for (MainCf.Entry entry : dovecot.entries()) {
      builder.set(entry);
    }
    preset(builder, Names.ofTheMachine(base()));
    if (file == null) {
      // An application that says no more is there for itself.
      builder.preset(PolicyParams.INET_INTERFACES, "loopback-only");
    }
    preset(builder, presets);
    builder.transports(ServicePlan.transports(services));
    builder.transports(transports);
    for (Map.Entry<Param<?>, Object> one : values.entrySet()) {
      builder.set((Param<Object>) one.getKey(), one.getValue());
    }
    for (Map.Entry<String, String> one : texts.entrySet()) {
      builder.set(one.getKey(), one.getValue());
    }
    Settings.Examined examined = builder.examine();
    return new Read(examined.settings(), dovecot.report().and(examined.report()), services, false);
  }

  private static void preset(Settings.Builder builder, Map<String, String> defaults) {
    for (Map.Entry<String, String> one : defaults.entrySet()) {
      builder.preset(one.getKey(), one.getValue());
    }
  }

  /**
   * What is said of some parameters, whatever is wrong with others: who only wants to know where a
   * server is to be asked need not read all that it obeys.
   *
   * @return empty where they cannot be told alone, because one refers to another, or is wrong
   * @throws org.postroom.core.report.BadConfiguration when the file cannot be read
   */
  @SuppressWarnings("unchecked") // a Param<T> is only ever put with a T
  Optional<Settings> only(ParamSet some) {
    Set<String> names = some.params().stream().map(Param::name).collect(Collectors.toSet());
    List<MainCf.Entry> said =
        new ArrayList<>((file == null ? MainCf.EMPTY : MainCf.read(file)).entries());
    texts.forEach((name, text) -> said.add(new MainCf.Entry(name, text, Place.PROGRAM)));
    said.removeIf(entry -> !names.contains(entry.name()));
    if (said.stream().anyMatch(entry -> entry.value().indexOf('$') >= 0)) {
      return Optional.empty();
    }
    Settings.Builder builder = Settings.builder(some);
    said.forEach(builder::set);
    values.forEach(
        (param, value) -> {
          if (names.contains(param.name()) && !texts.containsKey(param.name())) {
            builder.set((Param<Object>) param, value);
          }
        });
    Settings.Examined examined = builder.examine();
    return examined.report().isGood() ? Optional.of(examined.settings()) : Optional.empty();
  }

  /** What the dovecot.conf that belongs to the file comes to. */
  private DovecotSettings dovecot(MainCf main, MasterCf services, Parts parts) {
    String name = ServerParams.DOVECOT_CONF.name();
    String text = texts.get(name);
    if (file == null && text == null) {
      return DovecotSettings.NONE;
    }
    Optional<MainCf.Entry> said =
        text != null ? Optional.of(new MainCf.Entry(name, text, Place.PROGRAM)) : main.entry(name);
    Set<String> declared =
        Arrays.stream(parts.params())
            .flatMap(set -> set.params().stream())
            .map(Param::name)
            .collect(Collectors.toSet());
    return DovecotPlace.of(said, base())
        .map(DovecotConf::read)
        .map(conf -> DovecotSettings.of(conf, declared, main, !services.source().isEmpty()))
        .orElse(DovecotSettings.NONE);
  }

  /** Those of the master.cf that lies beside the file. */
  private MasterCf services() {
    Path master = file == null ? null : file.resolveSibling("master.cf");
    return master != null && Files.exists(master) ? MasterCf.read(master) : MasterCf.EMPTY;
  }
}
