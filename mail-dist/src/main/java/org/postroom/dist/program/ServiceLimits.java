package org.postroom.dist.program;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.MasterCf;
import org.postroom.core.config.Settings;
import org.postroom.core.part.Outgoing;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;

/**
 * How much of a service there may be.
 *
 * @param time how long one program may run
 * @param recipients for so many at once
 * @param processes so many of its programs at once
 */
record ServiceLimits(Duration time, int recipients, int processes) {

  /**
   * Those of a service.
   *
   * @throws BadConfiguration for a value that is none
   */
  static ServiceLimits of(Outgoing.Service service) {
    Settings settings = service.settings();
    MasterCf.Service line = service.line();
    Settings.Builder all = settings.over();
    settings
        .written(line.name() + "_time_limit")
        .ifPresent(
            own ->
                all.set(
                    new MainCf.Entry(ProgramParams.TIME_LIMIT.name(), own.value(), own.place())));
    Settings.Examined examined = all.examine();
    List<Fault> faults = new ArrayList<>();
    for (Fault fault : examined.report().faults()) {
      faults.add(
          new Fault(fault.place(), line.key(), "its own " + fault.name() + ": " + fault.text()));
    }
    if (!faults.isEmpty()) {
      throw new BadConfiguration(faults);
    }
    int most = settings.get(ProgramParams.PROCESSES);
    int said = line.processes().matches("-|0+") ? most : Integer.parseInt(line.processes());
    return new ServiceLimits(
        examined.settings().get(ProgramParams.TIME_LIMIT),
        QueueParams.recipientsAtOnce(settings, line.name()),
        Math.min(most, said));
  }
}
