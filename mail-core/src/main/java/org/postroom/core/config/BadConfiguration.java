package org.postroom.core.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A configuration that cannot be used. It carries every fault that was found, so that one look is
 * enough to mend them all; a retry without a change cannot help.
 */
public final class BadConfiguration extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient List<Fault> faults;

  public BadConfiguration(List<Fault> faults) {
    super(faults.stream().map(Fault::toString).collect(Collectors.joining("\n")));
    this.faults = List.copyOf(faults);
  }

  public BadConfiguration(Fault fault) {
    this(List.of(fault));
  }

  /** At least one, in the order of the file. */
  public List<Fault> faults() {
    return faults;
  }
}
