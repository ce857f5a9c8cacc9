package org.postroom.core.auth.source;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.Homes;
import org.postroom.core.auth.scheme.HashLimits;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Settings;
import org.postroom.core.log.TableLog;
import org.postroom.core.people.AccountSource;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.table.FileRounds;
import org.postroom.core.table.FileWatch;
import org.postroom.core.table.SqlSource;
import org.postroom.core.time.Timers;

/**
 * Where people are known, in the order of {@code account_sources}. Files stay as they were when
 * they were opened until {@link #watch} says by what their changes are seen; databases are
 * connected to when they are asked.
 */
public final class AccountSources {

  /** The store's own people. */
  static final String OWN = "sql";

  private static final Path SYSTEM = Path.of("/etc");
  private static final String PROGRAM = "program:";

  private final List<Opened> all;
  private final NameFormat format;
  private final List<String> warnings;

  /** One of them; empty is the store's own, which is not open yet. */
  private record Opened(String name, Optional<AccountSource> source) {}

  private AccountSources(List<Opened> all, NameFormat format, List<String> warnings) {
    this.all = List.copyOf(all);
    this.format = format;
    this.warnings = List.copyOf(warnings);
  }

  /**
   * Opens those that settings name, and behind them those of the program that they do not name.
   *
   * @param base where relative paths begin
   * @param program those of the embedding program, by name
   * @param sql asks databases; whose they are closes them
   * @throws BadConfiguration for what cannot be obeyed
   */
  public static AccountSources of(
      Settings settings,
      Path base,
      Map<String, AccountSource> program,
      SqlSource sql,
      Clock clock) {
    return of(settings, base, SYSTEM, program, sql, clock);
  }

  static AccountSources of(
      Settings settings,
      Path base,
      Path system,
      Map<String, AccountSource> program,
      SqlSource sql,
      Clock clock) {
    HashLimits limits = HashLimits.ofHeap();
    Map<String, AccountSource> others = new LinkedHashMap<>(program);
    List<String> warnings = new ArrayList<>();
    List<Opened> all = new ArrayList<>();
    List<Fault> faults = new ArrayList<>();
    for (String text : settings.get(SourceParams.SOURCES)) {
      try {
        if (all.stream().anyMatch(one -> one.name().equals(text))) {
          throw new BadValue(text + " is named twice");
        }
        if (text.equals(OWN)) {
          all.add(new Opened(text, Optional.empty()));
        } else if (text.startsWith(PROGRAM)) {
          AccountSource given = others.remove(text.substring(PROGRAM.length()));
          if (given == null) {
            throw new BadValue("the program gives no such source: " + text);
          }
          all.add(new Opened(text, Optional.of(given)));
        } else {
          int colon = text.indexOf(':');
          SourceTypes.Opening opening =
              new SourceTypes.Opening(
                  path(base, text.substring(colon + 1)),
                  settings,
                  system,
                  limits,
                  sql,
                  clock,
                  warnings);
          String type = colon < 0 ? text : text.substring(0, colon);
          all.add(new Opened(text, Optional.of(SourceTypes.open(type, colon >= 0, opening))));
        }
      } catch (BadValue e) {
        faults.add(settings.fault(SourceParams.SOURCES, e.reason()));
      }
    }
    others.forEach((name, source) -> all.add(new Opened(PROGRAM + name, Optional.of(source))));
    if (all.isEmpty() && faults.isEmpty()) {
      faults.add(settings.fault(SourceParams.SOURCES, "nobody is known: expected a source"));
    }
    if (!faults.isEmpty()) {
      throw new BadConfiguration(faults);
    }
    return new AccountSources(all, settings.get(SourceParams.USERNAME_FORMAT), warnings);
  }

  private static Path path(Path base, String text) {
    try {
      return base.resolve(text);
    } catch (InvalidPathException e) {
      throw new BadValue("not a path: " + text);
    }
  }

  /** The one of that name; empty where there is none, or it is the store's own. */
  public Optional<AccountSource> named(String name) {
    return all.stream().filter(one -> one.name().equals(name)).findFirst().flatMap(Opened::source);
  }

  /** What an administrator should know about them. */
  public List<String> warnings() {
    return warnings;
  }

  /**
   * The accounts of all of them.
   *
   * @param own the store's
   * @param homes where everybody's mail is kept
   * @param random for a key: cryptographically strong
   */
  public Accounts over(Accounts own, Homes homes, Clock clock, RandomGenerator random) {
    boolean plain = all.size() == 1 && all.get(0).source().isEmpty() && format.isPlain();
    if (plain) {
      return own;
    }
    List<People.Source> sources =
        all.stream()
            .map(one -> new People.Source(one.name(), one.source().orElseGet(homes::people)))
            .toList();
    return new SourcedAccounts(
        new People(sources, homes), own, homes, format, new RecentPasswords(clock, random));
  }

  /**
   * From now on, files that change are read again, until what this gives is closed.
   *
   * @param workers read those that nobody asks for
   */
  public AutoCloseable watch(Clock clock, Timers timers, Executor workers) {
    FileWatch with = new FileWatch(clock, timers, workers, new TableLog());
    List<Watching> files =
        all.stream()
            .flatMap(one -> one.source().stream())
            .filter(Watching.class::isInstance)
            .map(Watching.class::cast)
            .toList();
    files.forEach(one -> one.watch(with));
    return files.isEmpty()
        ? () -> {}
        : FileRounds.begin(with, () -> files.forEach(Watching::refresh));
  }

  /** Their names, in their order. */
  @Override
  public String toString() {
    return String.join(", ", all.stream().map(Opened::name).toList());
  }
}
