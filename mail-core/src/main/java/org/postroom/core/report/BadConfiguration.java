package org.postroom.core.report;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A configuration that cannot be used. It carries every fault that was found, and what else there
 * is to say, so that one look is enough to mend them all; a retry without a change cannot help.
 */
public final class BadConfiguration extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient Report report;

  public BadConfiguration(List<Fault> faults) {
    this(new Report(faults, List.of()));
  }

  public BadConfiguration(Fault fault) {
    this(List.of(fault));
  }

  public BadConfiguration(Report report) {
    super(report.faults().stream().map(Fault::toString).collect(Collectors.joining("\n")));
    this.report = report;
  }

  /** At least one, in the order of the file. */
  public List<Fault> faults() {
    return report.faults();
  }

  /** The faults, and what else an administrator should know. */
  public Report report() {
    return report;
  }
}
