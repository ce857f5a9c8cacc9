package org.postroom.dist.fetch;

import java.net.SocketAddress;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.ConfigParams;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;
import org.postroom.core.part.Welcome;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.report.BadConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The jobs of one server; a reload changes them. */
final class FetchService implements Service, FetchJobs, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FetchService.class);

  private final Premises premises;
  private final int atOnce;
  private volatile @Nullable Begun begun;

  /** The schedule, and by what it goes. */
  private record Begun(FetchSchedule schedule, Supplier<Generation> current) {}

  /** Not begun. */
  FetchService(Premises premises, Settings started) {
    this.premises = premises;
    this.atOnce = started.get(FetchParams.AT_ONCE);
  }

  /** What settings say; {@code BadConfiguration} where the file is none. */
  static List<FetchJob> jobs(Settings settings) {
    return settings
        .get(FetchParams.JOBS)
        .map(file -> FetchFile.read(file, settings.get(ConfigParams.UNSAFE_FILES)))
        .orElse(List.of());
  }

  @Override
  public void running(Supplier<Generation> current) {
    begun = new Begun(new FetchSchedule(premises, current, atOnce), current);
    reloaded();
  }

  /** The file was good when the configuration was looked at, a moment ago. */
  @Override
  public void reloaded() {
    Begun now = begun;
    if (now == null) {
      return;
    }
    try {
      Settings settings = now.current.get().settings();
      List<FetchJob> jobs = jobs(settings);
      now.schedule.become(jobs);
      if (settings.get(FetchParams.JOBS).isPresent()) {
        knows(jobs);
      }
    } catch (BadConfiguration e) {
      e.faults().forEach(fault -> LOG.error("jobs stay as they were: {}", fault));
    }
  }

  /** Nobody waits for that, and it is done again with the next reload. */
  private void knows(List<FetchJob> jobs) {
    Set<String> keys = jobs.stream().map(FetchJob::key).collect(Collectors.toSet());
    boolean unused =
        premises
            .timers()
            .handOn(
                premises.workers(),
                () -> {
                  try {
                    new KnownPlaces(premises.named()).become(keys, premises.clock().instant());
                  } catch (StorageUnavailable | StorageFull e) {
                    LOG.warn("of which places mail was fetched is not noted: {}", e.getMessage());
                  }
                });
  }

  @Override
  public Welcome welcome(
      Door door, SocketAddress address, Settings settings, Generation generation) {
    throw new IllegalArgumentException("nobody comes to where mail is fetched: " + door);
  }

  @Override
  public List<Status> all() {
    Begun now = begun;
    return now == null ? List.of() : now.schedule.all();
  }

  @Override
  public boolean run(String name) {
    Begun now = begun;
    return now != null && now.schedule.run(name);
  }

  @Override
  public void close() {
    Begun now = begun;
    if (now != null) {
      now.schedule.close();
    }
  }
}
