package org.postroom.dist.applet;

import java.io.PrintWriter;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.report.BadConfiguration;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.storage.StorageFault;

/** How a command that cannot do what it should says so: a line for each fault, and a status. */
final class Complaint {
  // The exit statuses of sysexits.h that scripts know.
  private static final int DATA = 65;
  private static final int UNAVAILABLE = 69;
  private static final int SOFTWARE = 70;
  private static final int TEMPORARY = 75;
  private static final int NO_PERMISSION = 77;
  static final int CONFIGURATION = 78;

  private Complaint() {}

  /**
   * Says what went wrong.
   *
   * @return the exit status that says the same
   */
  static int of(PrintWriter err, Exception trouble) {
    if (trouble instanceof BadConfiguration bad) {
      bad.report().said().forEach(err::println);
      bad.faults().forEach(fault -> err.println("postroom: error: " + fault));
      return CONFIGURATION;
    }
    if (trouble instanceof OperationRefused refused) {
      refused.reasons().forEach(reason -> err.println("postroom: error: " + reason));
      return switch (refused.kind()) {
        case REQUEST -> DATA;
        case CONFIGURATION -> CONFIGURATION;
        case NOT_ALLOWED -> NO_PERMISSION;
        case UNAVAILABLE -> TEMPORARY;
        case NO_SERVER -> UNAVAILABLE;
        case INTERNAL -> SOFTWARE;
      };
    }
    if (trouble instanceof StorageFault fault) {
      err.println("postroom: error: " + trouble.getMessage());
      return fault.mayPass() ? TEMPORARY : CONFIGURATION;
    }
    if (trouble instanceof WireFault) {
      err.println("postroom: error: " + trouble.getMessage());
      return UNAVAILABLE;
    }
    err.println("postroom: internal error: " + trouble);
    trouble.printStackTrace(err);
    return SOFTWARE;
  }
}
